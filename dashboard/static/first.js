// Before all else, and so no module: read by the oldest browser that the dashboard serves.

// Chrome 87 lacks it; the router uses it.
if (!Object.hasOwn)
  Object.hasOwn = function (object, key) {
    return Object.prototype.hasOwnProperty.call(object, key);
  };

(function () {
  var root = document.documentElement;

  // Under which path a reverse proxy has put us: what stands before the path that the gateway was asked for.
  var asked = root.dataset.path || location.pathname;
  var here = location.pathname;
  if (asked === '/' && here.slice(-1) !== '/') here += '/';
  var isBelow = here.slice(-asked.length) === asked;
  root.dataset.base = isBelow ? here.slice(0, here.length - asked.length) : '';

  var params = new URLSearchParams(location.search);
  // As in state/look.ts: what the address says, else what was chosen here last.
  function look(name) {
    var chosen = params.get(name);
    try {
      return chosen || localStorage.getItem('onenet.look.' + name);
    } catch {
      return chosen;
    }
  }

  // The look before the first paint: else a dark page flashes white.
  var theme = look('theme');
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  var known = theme === 'dark' || theme === 'light' || theme === 'contrast';
  root.dataset.theme = known ? theme : dark ? 'dark' : 'light';
  if (look('lang') === 'en') root.lang = 'en';
  root.dataset.size = look('size') === 'large' ? 'large' : 'normal';
})();
