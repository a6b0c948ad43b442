// Before all else, and so no module: read by the oldest browser that the dashboard serves.

// Chrome 87 lacks it; the router uses it.
if (!Object.hasOwn)
  Object.hasOwn = function (object, key) {
    return Object.prototype.hasOwnProperty.call(object, key);
  };

// The look before the first paint: else a dark page flashes white.
(function () {
  var theme = new URLSearchParams(location.search).get('theme');
  var dark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
