/* The charts of a dashboard, as SVG: bars with intervals, bars to both sides of zero, a curve with its band. A group of
   rows is {name, count, value, low, high}: its accuracy and the interval. */
'use strict';
const charts = (() => {
  const TICKS = [0, .25, .5, .75, 1];
  const integer = new Intl.NumberFormat('en');
  const percent = x => `${(100 * x).toFixed(1)} %`;
  const signed = x => `${x < 0 ? '\u2212' : '+'}${Math.abs(x).toFixed(2)}x`;

  /* ---- elements ---- */

  function element(name, attributes, text) {
    const e = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key of Object.keys(attributes)) e.setAttribute(key, attributes[key]);
    if (text !== undefined) e.textContent = text;
    return e;
  }

  /* An empty drawing in place of the old one; `label` describes it to screen readers. Returns what adds a shape to it. */
  function drawing(place, width, height, label) {
    const svg = element('svg', {
      class: 'vr chart', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label,
    });
    place.replaceChildren(svg);
    return (name, attributes, text) => svg.appendChild(element(name, attributes, text));
  }

  function addTooltip(shape, text) {
    shape.appendChild(element('title', {}, text));
  }

  const pen = document.createElement('canvas').getContext('2d');
  pen.font = '13px sans-serif';

  /* Where bars begin: right of the longest name, which has at most 42 % of the width. */
  function nameWidth(rows, width) {
    return Math.min(Math.max(0, ...rows.map(row => pen.measureText(row.name).width)) + 18, .42 * width);
  }

  function whisker(put, group, y, x) {
    const low = x(group.low), high = x(group.high);
    put('path', {class: 'whisker', d: `M${low} ${y}H${high}M${low} ${y - 3}v6M${high} ${y - 3}v6`});
  }

  /* ---- bars ---- */

  function percentAxis(put, x, bottom) {
    for (const v of TICKS) {
      put('line', {class: v ? 'rule' : 'zero', x1: x(v), x2: x(v), y1: 0, y2: bottom + 3});
      if (v % .5 === 0)
        put('text', {class: 'tick', x: x(v), y: bottom + 19, 'text-anchor': 'middle'}, `${100 * v} %`);
    }
  }

  function drawBar(put, group, y, step, x, width) {
    const dim = group.dim ? 'dim' : '', thickness = .6 * step, high = step > 26;
    put('text', {class: `name ${dim}`, x: x(0) - 9, y: y + 4, 'text-anchor': 'end'}, group.name);
    if (!group.count) {
      put('text', {class: 'tick', x: x(0) + 7, y: y + 4}, 'none');
      return;
    }
    const bar = put('rect', {
      class: `bar ${dim}`, x: x(0), y: y - thickness / 2, width: Math.max(1, x(group.value) - x(0)),
      height: thickness, rx: 2,
    });
    addTooltip(bar, `${group.name}: ${percent(group.value)} of ${integer.format(group.count)}`);
    whisker(put, group, y, x);
    put('text', {class: `value ${dim}`, x: width, y: high ? y - 1 : y + 4, 'text-anchor': 'end'}, percent(group.value));
    if (high)
      put('text', {class: 'tick', x: width, y: y + 11, 'text-anchor': 'end'}, integer.format(group.count));
  }

  /* Horizontal bars of 0 to 100 %, `step` pixels apart. */
  function bars(place, width, groups, label, step) {
    const bottom = groups.length * step, left = nameWidth(groups, width), right = width - 66;
    const values = groups.map(group => `${group.name} ${group.count ? percent(group.value) : 'none'}`);
    const put = drawing(place, width, bottom + 26, `${label}: ${values.join(', ')}`);
    const x = v => left + v * (right - left);
    percentAxis(put, x, bottom);
    groups.forEach((group, k) => drawBar(put, group, (k + .5) * step, step, x, width));
  }

  /* ---- shifts ---- */

  function shiftAxis(put, low, high, x, bottom) {
    const range = high - low, unit = range > 8 ? 4 : range > 4 ? 2 : range > 2 ? 1 : .5;
    for (let v = Math.ceil(low / unit) * unit; v <= high; v += unit) {
      put('line', {class: v ? 'rule' : 'zero', x1: x(v), x2: x(v), y1: 0, y2: bottom + 3});
      put('text', {class: 'tick', x: x(v), y: bottom + 19, 'text-anchor': 'middle'},
        v ? `${v < 0 ? '\u2212' : '+'}${Math.abs(v)}x` : 'as often');
    }
  }

  function drawShift(put, row, y, x, left, width) {
    const none = isNaN(row.shift);
    put('text', {class: `name ${none ? 'dim' : ''}`, x: left - 9, y: y + 4, 'text-anchor': 'end'}, row.name);
    put('text', {class: none ? 'tick' : 'value', x: width, y: y + 4, 'text-anchor': 'end'},
      none ? 'too few' : signed(row.shift));
    if (none) return;
    const bar = put('rect', {
      class: row.shift < 0 ? 'bar less' : 'bar more', x: Math.min(x(0), x(row.shift)), y: y - 7,
      width: Math.max(1, Math.abs(x(row.shift) - x(0))), height: 14, rx: 2,
    });
    addTooltip(bar, `${row.name}: ${integer.format(row.wrong)} among errors, ${integer.format(row.all)} in the baseline`);
  }

  /* Bars to the left and right of zero; a row is {name, shift, wrong, all}, its shift NaN where there are too few. */
  function shifts(place, width, rows) {
    const step = 25, bottom = rows.length * step, left = nameWidth(rows, width), right = width - 60;
    const known = rows.filter(row => !isNaN(row.shift)).map(row => row.shift);
    const low = Math.min(-.5, ...known), high = Math.max(.5, ...known);
    const values = rows.filter(row => !isNaN(row.shift)).map(row => `${row.name} ${signed(row.shift)}`);
    const put = drawing(place, width, bottom + 26, `Factors among errors: ${values.join(', ')}`);
    const x = v => left + (v - low) / (high - low) * (right - left);
    shiftAxis(put, low, high, x, bottom);
    rows.forEach((row, k) => drawShift(put, row, (k + .5) * step, x, left, width));
  }

  /* ---- the curve ---- */

  function logTicks(low, high) {
    const digits = high / low < 11 ? [1, 1.5, 2, 3, 5, 7] : [1, 3], ticks = [];
    for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10)
      for (const digit of digits) ticks.push(digit * power);
    return ticks;
  }

  function linearTicks(low, high) {
    const rough = (high - low) / 6, power = 10 ** Math.floor(Math.log10(rough)), ticks = [];
    const step = power * [1, 2, 5, 10].find(digit => digit * power >= rough * .999);
    for (let k = Math.ceil(low / step); k * step <= high; k++) ticks.push(k * step);
    return ticks;
  }

  /* An axis of a number's own kind, over from..to and some more where these are close. */
  function numberAxis(number, from, to, left, right) {
    const scale = number.log ? Math.log : v => v, inverse = number.log ? Math.exp : v => v;
    const middle = (scale(from) + scale(to)) / 2, reach = (scale(to) - scale(from)) / 2;
    const half = number.log ? Math.max(.3, reach) : reach || 1;
    const low = inverse(middle - half), high = inverse(middle + half);
    return {
      low, high, x: v => left + (scale(v) - middle + half) / (2 * half) * (right - left),
      ticks: (number.log ? logTicks : linearTicks)(low, high).filter(v => v >= low && v <= high),
    };
  }

  function drawNumberTicks(put, number, axis, right, y) {
    let clear = -Infinity; /* where the last text ends */
    for (const v of axis.ticks) {
      if (axis.x(v) < clear) continue;
      put('text', {class: 'tick', x: Math.min(axis.x(v), right - 14), y, 'text-anchor': 'middle'}, number.format(v));
      clear = axis.x(v) + 46;
    }
  }

  /* The parts into which a number's limits divide the axis, with their names above. */
  function drawParts(put, number, axis, top, bottom) {
    const edges = [-Infinity].concat(number.limits, Infinity);
    number.parts.forEach((name, k) => {
      const from = Math.max(edges[k], axis.low), to = Math.min(edges[k + 1], axis.high);
      if (from >= to) return;
      if (from > axis.low) put('line', {class: 'edge', x1: axis.x(from), x2: axis.x(from), y1: top - 14, y2: bottom});
      if (axis.x(to) - axis.x(from) > 48)
        put('text', {class: 'tick', x: (axis.x(from) + axis.x(to)) / 2, y: top - 9, 'text-anchor': 'middle'}, name);
    });
  }

  /* Accuracy along a number, from groups with an `x` each; the axis reaches from..to. */
  function curve(place, width, number, groups, from, to) {
    const height = 250, bottom = height - 30, top = 22, left = 42, right = width - 12;
    const values = groups.map(group => `${number.format(group.x)} ${percent(group.value)}`);
    const put = drawing(place, width, height, `Accuracy along ${number.name}: ${values.join(', ')}`);
    const axis = numberAxis(number, from, to, left, right), {x} = axis, y = v => bottom - v * (bottom - top);
    for (const v of TICKS) {
      put('line', {class: v ? 'rule' : 'zero', x1: left, x2: right, y1: y(v), y2: y(v)});
      put('text', {class: 'tick', x: left - 7, y: y(v) + 4, 'text-anchor': 'end'}, `${100 * v} %`);
    }
    drawNumberTicks(put, number, axis, right, height - 10);
    drawParts(put, number, axis, top, bottom);
    if (!groups.length) return;
    const path = key => groups.map(group => `${x(group.x)},${y(group[key])}`);
    put('polygon', {class: 'band', points: path('high').concat(path('low').reverse()).join(' ')});
    put('polyline', {class: 'line', points: path('value').join(' ')});
    for (const group of groups) {
      const dot = put('circle', {class: 'dot', cx: x(group.x), cy: y(group.value), r: 4});
      addTooltip(dot, `about ${number.format(group.x)}: ${percent(group.value)} of ${integer.format(group.count)}`);
    }
  }

  return {bars, shifts, curve, percent, integer};
})();
