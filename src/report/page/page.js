// What two links of the page do besides leading there: one unfolds all, the other prints the summary.
function unfold() {
  if (location.hash !== "#all") return;
  for (const part of document.querySelectorAll("details")) part.open = true;
}
addEventListener("hashchange", () => (location.hash === "#summary" ? print() : unfold()));
unfold();
