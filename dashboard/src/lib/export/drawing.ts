/** What the page has drawn itself, as an SVG that stands alone: without the page's style sheet, and without links. */

/** What the style sheet decides of a drawing. */
const properties = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-linejoin',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const;

/** In the size in which it is drawn; with the page's colours of now. */
export function standingAlone(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [...drawing.querySelectorAll<SVGElement>('*')];
  [...copy.querySelectorAll<SVGElement>('*')].forEach((element, index) => {
    const original = originals[index];
    if (!original) return;
    const style = getComputedStyle(original);
    for (const property of properties)
      element.setAttribute(property, style.getPropertyValue(property));
    for (const name of ['class', 'style', 'aria-hidden']) element.removeAttribute(name);
  });
  for (const title of copy.querySelectorAll('title')) title.remove();
  for (const link of copy.querySelectorAll('a')) link.replaceWith(...link.childNodes);
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return new XMLSerializer().serializeToString(copy);
}
