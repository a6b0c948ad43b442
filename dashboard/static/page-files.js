// Asks for the page's own scripts, styles and words at once, rather than when the router has found out which they are.
(function () {
  // The build puts them here; in development there are none. See page-files.ts.
  var needed = null;
  if (!needed) return;
  var base = document.documentElement.dataset.base;
  var path = location.pathname.slice(base.length) || '/';
  var route = Object.keys(needed.pages).filter(function (each) {
    return new RegExp('^' + each.replace(/\[\w+\]/g, '[^/]+') + '/?$').test(path);
  })[0];
  var lang = new URLSearchParams(location.search).get('lang');
  try {
    lang = lang || localStorage.getItem('onenet.look.lang');
  } catch {
    // Forbidden: as it is for who comes first.
  }
  var places = (needed.pages[route] || []).concat(needed.words[lang] || needed.words.zh);
  places.forEach(function (place) {
    var file = needed.files[place];
    var link = document.createElement('link');
    if (file.slice(-4) === '.css') {
      link.rel = 'preload';
      link.as = 'style';
    } else link.rel = 'modulepreload';
    link.href = base + '/_app/immutable/' + file;
    document.head.appendChild(link);
  });
})();
