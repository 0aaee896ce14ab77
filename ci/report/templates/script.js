for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(code);
    try { await navigator.clipboard.writeText(code.textContent); } catch { document.execCommand("copy"); }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
const filter = document.querySelector("#filter");
if (filter) {
  filter.parentElement.hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const area of document.querySelectorAll("[data-area]")) {
      let found = 0;
      for (const row of area.querySelectorAll("tbody tr")) {
        const text = `${area.dataset.area} ${row.textContent}`.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        found += !row.hidden;
      }
      area.hidden = !found;
      area.open = found && words.length;
    }
  });
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("article details")) folded.open = true;
});
