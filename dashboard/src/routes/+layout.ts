/** Everything is drawn in the browser: the figures are the net's, and no server of ours has them. */
export const ssr = false;
