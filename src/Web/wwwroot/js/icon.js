const SVG = "http://www.w3.org/2000/svg";

/**
 * One of the icons that the layout defines.
 * @param {string} id
 */
export function iconOf(id) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  icon.append(use);
  return icon;
}
