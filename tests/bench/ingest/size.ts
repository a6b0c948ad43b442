/** How much is ingested: the feeds of six cities. */
export const codes = ['420100', '420200', '420300', '420500', '420600', '420700'];

/** Lines of each feed. */
export const eventsEach = 20_000;
