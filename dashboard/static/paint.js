// Of the page as this browser last saw it: whether it fits, and how it looked. See src/lib/state/paint.ts.
(function () {
  /** Older figures would mislead more than they help. */
  var maxAgeMs = 7 * 86400000;
  var build = document.querySelector('link[rel="modulepreload"][href*="/app."]');
  var painted;
  try {
    painted = JSON.parse(localStorage.getItem('onenet.paint.' + location.pathname));
    var lang = new URLSearchParams(location.search).get('lang');
    var known = lang || localStorage.getItem('onenet.look.lang') || 'zh';
    if (
      !painted ||
      !build ||
      painted.build !== build.getAttribute('href') ||
      painted.address !== location.pathname + location.search ||
      painted.lang !== known ||
      Date.now() - painted.savedAt > maxAgeMs
    )
      return;
  } catch {
    return;
  }
  painted.styles.forEach(function (href) {
    if (document.querySelector('link[href="' + CSS.escape(href) + '"]')) return;
    var link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    // Where it is known (Chrome 105), nothing is painted before it; but only as long as there is no body yet.
    link.setAttribute('blocking', 'render');
    document.head.appendChild(link);
  });
  window.lastSeen = painted;
})();
