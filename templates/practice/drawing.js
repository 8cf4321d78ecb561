// Plots of the explorer: axes with round ticks, and what is drawn on them.

const PLOT = { width: 480, height: 340, left: 54, right: 14, top: 14, bottom: 42 };

// A plot area for data ranges: x and y map data to px, back maps px to data.
/** @type {(x: [number, number], y: [number, number]) => Frame} */
function frameOf([x0, x1], [y0, y1]) {
  const width = PLOT.width - PLOT.left - PLOT.right,
    height = PLOT.height - PLOT.top - PLOT.bottom;
  const bottom = PLOT.height - PLOT.bottom;
  return {
    ranges: [
      [x0, x1],
      [y0, y1],
    ],
    x: (value) => PLOT.left + ((value - x0) / (x1 - x0)) * width,
    y: (value) => bottom - ((value - y0) / (y1 - y0)) * height,
    back: (px, py) => [x0 + ((px - PLOT.left) / width) * (x1 - x0), y0 + ((bottom - py) / height) * (y1 - y0)],
  };
}

// Round numbers within a range, about so many.
/** @type {(range: [number, number], about?: number) => number[]} */
function ticks([low, high], about = 6) {
  const rough = (high - low) / about,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999) ?? 10 * power;
  /** @type {number[]} */
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return found;
}

/** @type {(x: number) => string} */
const shortNumber = (x) => {
  if (!Number.isFinite(x)) return String(x).replace("Infinity", "∞").replace("-", "−");
  const text =
    Math.abs(x) >= 1e6 || (x && Math.abs(x) < 1e-4)
      ? x.toExponential(2).replace("e+", "e")
      : String(Number(x.toPrecision(5)));
  return text.replaceAll("-", "−");
};

// Axes with ticks and names into an SVG element; a logarithmic y axis has its ticks at whole powers of ten.
/** @type {(svg: SVGElement, frame: Frame, xName: string, yName: string, how?: { logarithmic?: boolean }) => void} */
function axes(svg, frame, xName, yName, { logarithmic = false } = {}) {
  const [left, bottom] = [PLOT.left, PLOT.height - PLOT.bottom],
    right = PLOT.width - PLOT.right;
  for (const x of ticks(frame.ranges[0])) {
    svg.append(draw("path", { class: "f-grid", d: `M${frame.x(x)} ${PLOT.top}V${bottom}` }));
    svg.append(
      draw("text", { class: "f-tick", x: frame.x(x), y: bottom + 17, "text-anchor": "middle" }, shortNumber(x)),
    );
  }
  for (const y of ticks(frame.ranges[1], 5)) {
    if (logarithmic && !Number.isInteger(y)) continue;
    svg.append(draw("path", { class: "f-grid", d: `M${left} ${frame.y(y)}H${right}` }));
    svg.append(
      draw(
        "text",
        { class: "f-tick", x: left - 6, y: frame.y(y) + 4, "text-anchor": "end" },
        logarithmic ? powerOfTen(y) : shortNumber(y),
      ),
    );
  }
  svg.append(draw("path", { class: "f-axis", d: `M${left} ${PLOT.top}V${bottom}H${right}` }));
  svg.append(
    draw("text", { class: "f-text", x: (left + right) / 2, y: PLOT.height - 6, "text-anchor": "middle" }, xName),
  );
  svg.append(
    draw(
      "text",
      { class: "f-text", transform: `translate(13 ${(PLOT.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      yName,
    ),
  );
}

/** @type {(exponent: number) => string} */
const powerOfTen = (exponent) =>
  exponent >= -2 && exponent <= 3 ? shortNumber(10 ** exponent) : `1e${exponent}`.replace("-", "−");

/** @type {(frame: Frame, points: number[][]) => string} */
const polyline = (frame, points) => points.map(([x, y]) => `${clamped(frame.x(x))},${clamped(frame.y(y))}`).join(" ");
/** @type {(px: number) => number} */
const clamped = (px) => Math.round(10 * Math.max(-4000, Math.min(4000, px))) / 10;

// A group that is cut off at the edge of the plot area.
/** @type {(svg: SVGElement, id: string) => SVGGElement} */
function clippedGroup(svg, id) {
  const clip = draw(
    "clipPath",
    { id },
    draw("rect", {
      x: PLOT.left,
      y: PLOT.top,
      width: PLOT.width - PLOT.left - PLOT.right,
      height: PLOT.height - PLOT.top - PLOT.bottom,
    }),
  );
  const group = draw("g", { "clip-path": `url(#${id})` });
  svg.append(clip, group);
  return group;
}

// The range of some numbers with a little room; outliers beyond `most` are cut off.
/** @type {(values: number[], room?: number, most?: number) => [number, number]} */
function rangeOf(values, room = 0.06, most = Infinity) {
  const inside = values.filter(Number.isFinite);
  const low = Math.min(...inside),
    high = Math.min(Math.max(...inside), most);
  const width = high - low || Math.max(1, Math.abs(high));
  return [low - room * width, high + room * width];
}
