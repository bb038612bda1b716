/*
 * Sets the theme that was chosen last before anything is painted; the rest of the page is a module,
 * which would come too late. Without storage, the system's theme it is.
 */
try {
  const theme = localStorage.getItem('rope-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}
