// Runs before the first paint, in a file of its own: the content security policy allows no inline script.
(() => {
  let choice = "system";
  try {
    choice = JSON.parse(localStorage.getItem("testflux.appearance") ?? "{}").state?.theme ?? "system";
  } catch {
    localStorage.removeItem("testflux.appearance");
  }
  const dark =
    choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
