// A classic script in the head: the chosen theme must be there before the first paint.
(() => {
  const KEY = "crucible-theme";
  const NAMES = ["auto", "light", "dark"];
  const root = document.documentElement;

  function stored() {
    try {
      const name = localStorage.getItem(KEY);
      return NAMES.includes(name) ? name : "auto";
    } catch {
      return "auto";
    }
  }

  function apply(name) {
    root.dataset.theme = name;
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // Storage may be refused; the choice then lasts as long as the page.
    }
  }

  root.dataset.theme = stored();
  window.crucibleTheme = {
    current: () => root.dataset.theme,
    next: () => {
      apply(NAMES[(NAMES.indexOf(root.dataset.theme) + 1) % NAMES.length]);
      return root.dataset.theme;
    },
  };
})();
