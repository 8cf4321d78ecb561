// Chosen items as lines of a blueprint, and copying them.

// TOML that `gdquiz make` takes as it is, or at the end of a blueprint: one question of each item, or `drawn` of all.
/** @type {(items: CatalogItem[], drawn: number, command: string) => string} */
function blueprintLines(items, drawn, command) {
  const names = items.map((item) => `"${item.id}"`);
  const slots = drawn
    ? ["  { items = [", ...names.map((name) => `    ${name},`), `  ], count = ${drawn} },`]
    : names.map((name) => `  { item = ${name} },`);
  return [`# ${command}`, "[[section]]", "slot = [", ...slots, "]", ""].join("\n");
}

// Whether the text could be copied, by the one way or the other that browsers have.
/** @type {(area: HTMLTextAreaElement) => Promise<boolean>} */
async function copied(area) {
  try {
    await navigator.clipboard.writeText(area.value);
    return true;
  } catch {
    area.focus();
    area.select();
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  }
}
