// Shows what paint.js has found, until the router has made the page anew.
(function () {
  var painted = window.lastSeen;
  if (!painted) return;
  delete window.lastSeen;
  var last = document.createElement('div');
  last.className = 'last-seen';
  last.setAttribute('data-said', painted.said);
  last.setAttribute('aria-busy', 'true');
  // What our own page had drawn: its texts are escaped there, and the page's policy runs no script in it.
  last.innerHTML = painted.html;
  document.body.insertBefore(last, document.body.firstChild);
})();
