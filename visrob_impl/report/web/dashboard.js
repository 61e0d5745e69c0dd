/* A dashboard: the form of its filters, the charts that follow them, and the images that pass. The rows are typed
   arrays; at each change the filters are applied to all of them, and every chart sums the rows that pass all filters but
   its own. The filters are kept in the address, so that a link opens the page on them. */
'use strict';
(() => {
  const FEW = 5; /* groups of at most so many rows are not ranked, and such counts of a factor are taken as none */
  const FIRST_CARDS = 24;
  const LONG = 12; /* a ranked chart of more bars is long */
  const UNSCORED = 0xffffffff;
  const {percent, integer} = charts;
  const words = name => name.replace(/_/g, ' ');
  const heading = text => text[0].toUpperCase() + text.slice(1);

  function make(name, properties, ...children) {
    const e = Object.assign(document.createElement(name), properties);
    e.append(...children);
    return e;
  }

  /* ---- the rows ---- */

  const data = JSON.parse(document.getElementById('data').textContent);
  const n = data.rows;

  const decode = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0)).buffer;
  const unpack = ({bytes, base64}) => new ({1: Uint8Array, 2: Uint16Array, 4: Uint32Array}[bytes])(decode(base64));

  /* Where the values of each row begin, from how many it has: one, unless the column says otherwise. */
  function beginnings(sizes) {
    const begin = new Uint32Array(n + 1);
    for (let i = 0; i < n; i++) begin[i + 1] = begin[i] + (sizes ? sizes[i] : 1);
    return begin;
  }

  const columns = data.columns.map((column, k) => Object.assign(column, {
    title: heading(words(column.title)),
    of: unpack(column.of), begin: beginnings(column.sizes && unpack(column.sizes)), bit: 2 ** k, /* of its filter */
  }));
  const boxColumns = columns.filter(column => column.kind === 'boxes');
  const rankedColumns = columns.filter(column => column.kind === 'ranked');
  const valuesOf = (column, i) => column.of.subarray(column.begin[i], column.begin[i + 1]);

  const numbers = data.numbers.map(number => {
    const of = new Float32Array(decode(number.of));
    const usable = x => isFinite(x) && (!number.log || x > 0);
    const order = Uint32Array.from(of.keys()).filter(i => usable(of[i])).sort((a, b) => of[a] - of[b]);
    const whole = order.length > 0 && of[order[order.length - 1]] >= 100; /* then small ones have no decimals either */
    const round = x => whole && Math.abs(x) < 100 ? Math.round(x) : Number(x.toPrecision(3));
    const format = x => number.before + integer.format(round(x)) + number.after;
    return Object.assign(number, {of, order, format});
  });

  const factors = data.factors && Object.assign(data.factors, {of: unpack(data.factors.of)});
  const models = data.models.map(({name, bits}) => {
    const rows = unpack(bits); /* 1: scored, 2: correct, 4: correct with one of the first k */
    return {name, rows, scored: rows.reduce((sum, row) => sum + (row & 1), 0)};
  });
  const clusters = data.clusters && unpack(data.clusters);
  const byCluster = Uint32Array.from({length: n}, (_, i) => i);
  if (clusters) byCluster.sort((a, b) => clusters[a] - clusters[b]);
  const thumbnailNumber = data.thumbnail && unpack(data.thumbnail); /* 0: none */
  const thumbnail = i => thumbnailNumber ? data.thumbnails[thumbnailNumber[i] - 1] : undefined;
  let names = null; /* split when the first card is drawn */

  /* ---- accuracy and its interval ---- */

  /* Wilson's 95 % interval of a share of m independent rows. */
  function wilson(share, m) {
    const z = 1.959964, z2 = z * z / m, centre = (share + z2 / 2) / (1 + z2);
    const half = z / (1 + z2) * Math.sqrt(share * (1 - share) / m + z2 / (4 * m));
    return {low: Math.max(0, centre - half), high: Math.min(1, centre + half)};
  }

  /* The sums of some groups of rows. Rows of one cluster (frames of one video) resemble each other, so that an interval
     has to be wider than for independent rows; therefore rows are added cluster by cluster, and squares are summed. */
  class Tally {
    constructor(groups) {
      for (const sum of ['count', 'correct', 'clusters', 'countSquared', 'correctSquared', 'product',
        'clusterCount', 'clusterCorrect']) this[sum] = new Float64Array(groups);
      this.open = []; /* the groups of the present cluster */
    }

    add(group, correct) {
      if (!this.clusterCount[group]) this.open.push(group);
      this.clusterCount[group]++;
      this.clusterCorrect[group] += correct;
    }

    closeCluster() {
      for (const g of this.open) {
        const count = this.clusterCount[g], correct = this.clusterCorrect[g];
        this.count[g] += count;
        this.correct[g] += correct;
        this.clusters[g]++;
        this.countSquared[g] += count * count;
        this.correctSquared[g] += correct * correct;
        this.product[g] += count * correct;
        this.clusterCount[g] = this.clusterCorrect[g] = 0;
      }
      this.open.length = 0;
    }

    /* The variance of a group's sum between clusters over that of independent rows, at least 1. */
    designEffect(g, share) {
      const simple = share * (1 - share) * this.count[g], clusterCount = this.clusters[g];
      if (!clusters || clusterCount < 2 || !simple) return 1;
      const spread = this.correctSquared[g] - 2 * share * this.product[g] + share * share * this.countSquared[g];
      return Math.max(1, spread * clusterCount / (clusterCount - 1) / simple);
    }

    rate(g) {
      const count = this.count[g];
      if (!count) return {count: 0, value: NaN, low: NaN, high: NaN};
      const value = this.correct[g] / count;
      return Object.assign({count, value}, wilson(value, count / this.designEffect(g, value)));
    }
  }

  /* ---- the form: a control has an element, a word for the address (null: the default), and can recall that word ---- */

  const form = make('form', {id: 'filters', autocomplete: 'off'});

  function belongsToForm(input) {
    input.setAttribute('form', 'filters');
    return input;
  }

  function boxesControl(column) {
    const word = k => column.values[k].includes(',') ? String(k) : column.values[k];
    const inputs = column.values.map((_, k) =>
      make('input', {type: 'checkbox', id: `${column.name}-${k}`, defaultChecked: true}));
    const labels = inputs.map((input, k) => make('label', {}, input, ` ${words(column.values[k])}`));
    return {
      name: column.name, inputs,
      element: make('fieldset', {}, make('legend', {}, column.title), ...labels),
      word: () => inputs.every(input => input.checked) ? null
        : inputs.map((input, k) => input.checked ? word(k) : null).filter(w => w !== null).join(','),
      recall: text => {
        const chosen = text.split(',');
        inputs.forEach((input, k) => { input.checked = chosen.includes(word(k)); });
      },
    };
  }

  /* Options are [word, text] pairs, the default first; `more` are further elements of the list. */
  function selectControl(name, title, options, more = []) {
    const option = ([value, text]) => make('option', {value}, text);
    const select = make('select', {id: `filter-${name}`}, ...options.map(option), ...more.map(([label, group]) =>
      make('optgroup', {label}, ...group.map(option))));
    return {
      name, select, element: make('label', {className: 'field'}, make('span', {}, title), select),
      word: () => select.selectedIndex > 0 ? select.value : null,
      recall: text => {
        if ([...select.options].some(o => o.value === text)) select.value = text;
      },
    };
  }

  function radioControl(name, options) {
    const inputs = options.map(([value], k) =>
      belongsToForm(make('input', {type: 'radio', name, id: `${name}-${value}`, value, defaultChecked: k === 0})));
    const value = () => inputs.find(input => input.checked).value;
    return {
      name, value,
      elements: inputs.map((input, k) => make('label', {}, input, ` ${options[k][1]}`)),
      word: () => inputs[0].checked ? null : value(),
      recall: text => inputs.forEach(input => { if (input.value === text) input.checked = true; }),
    };
  }

  const factorControl = factors && selectControl('factor', 'Factor', [['', 'any']], [
    ['with', factors.values.map(value => [value, words(value)])],
    ['without', factors.values.map(value => [`without ${value}`, `without ${words(value)}`])],
  ]);
  for (const column of columns)
    column.control = column.kind === 'boxes' ? boxesControl(column)
      : selectControl(column.name, column.title, [['', 'all']].concat(column.values.map(v => [v, words(v)])));
  const modelControl = selectControl('model', 'Model', models.map(({name}) => [name, name]));
  const topControl = radioControl('top', [[String(data.topK), `in the first ${data.topK}`], ['1', 'first']]
    .slice(data.topK > 1 ? 0 : 1));
  const baseControl = selectControl('base', 'Baseline', [['all', `all ${data.of}`], ['own', `the ${data.of} that pass`]]);
  const showControl = radioControl('show', [['wrong', 'wrong'], ['correct', 'correct'], ['all', 'all']]);
  const onlyImages = belongsToForm(make('input', {type: 'checkbox', defaultChecked: true}));
  const filterControls = columns.map(column => column.control)
    .concat(factorControl || [], models.length > 1 ? modelControl : []);
  const controls = filterControls.concat(topControl, factors ? baseControl : [], showControl);
  belongsToForm(baseControl.select);

  const active = make('span', {id: 'active'}); /* the filters in words, for when the form is folded */

  function showActive() {
    const set = filterControls.filter(control => control.word() !== null);
    active.textContent = set.map(({name, word}) => word() ? words(word()).replace(/,/g, ', ') : `no ${words(name)}`)
      .join('; ');
  }

  function remember() {
    const address = new URLSearchParams();
    for (const control of controls) if (control.word() !== null) address.set(control.name, control.word());
    showActive();
    try {
      history.replaceState(null, '', `#${address}`);
    } catch (e) { /* some browsers forbid it for files */ }
  }

  function recall() {
    const address = new URLSearchParams(location.hash.slice(1));
    for (const control of controls) if (address.has(control.name)) control.recall(address.get(control.name));
    showActive();
  }

  /* ---- filters: failing[i] has the bits of those that row i does not pass ---- */

  const failing = new Uint32Array(n);
  const factorBit = 2 ** columns.length;

  /* Whether a row passes, or null where the filter lets all rows pass. */
  function columnTest(column) {
    const {word, inputs, select} = column.control;
    if (word() === null) return null;
    const chosen = column.values.map((_, k) => inputs ? inputs[k].checked : k === select.selectedIndex - 1);
    return i => {
      for (let k = column.begin[i]; k < column.begin[i + 1]; k++) if (chosen[column.of[k]]) return true;
      return false;
    };
  }

  function factorTest() {
    const choice = factorControl ? factorControl.select.selectedIndex - 1 : -1;
    if (choice < 0) return null;
    const count = factors.values.length, mask = 2 ** (choice % count), present = choice < count;
    return i => ((factors.of[i] & mask) !== 0) === present;
  }

  function applyFilters(rows) {
    for (let i = 0; i < n; i++) failing[i] = rows[i] & 1 ? 0 : UNSCORED;
    const tests = columns.map(column => [column.bit, columnTest(column)]).concat([[factorBit, factorTest()]]);
    for (const [bit, test] of tests)
      if (test) for (let i = 0; i < n; i++) if (!test(i)) failing[i] |= bit;
  }

  /* Whether row i passes all filters, but those of the bits `ignored`. */
  const passes = (i, ignored = 0) => (failing[i] & ~ignored) === 0;

  /* ---- the page ---- */

  const layout = document.getElementById('dashboard');
  const count = make('output', {id: 'count'});
  const accuracy = make('dd', {id: 'accuracy'}), interval = make('dd', {id: 'interval'});
  count.setAttribute('aria-live', 'polite');
  belongsToForm(count);

  function box(title, note, ...children) {
    const section = make('section', {className: 'box'}, make('h2', {}, title));
    if (note) section.append(make('p', {}, note));
    section.append(...children);
    return section;
  }

  function full(section) {
    section.classList.add('full');
    return section;
  }

  const figure = (term, ...values) => make('div', {}, make('dt', {}, ...[].concat(term)), ...values);
  const measure = make('span', {});
  const intervals = 'Whiskers are 95 % intervals' +
    (data.cluster ? `, wider where one ${data.cluster} gives many ${data.of}.` : '.');

  /* A chart has the bits of the filters that it ignores, adds a row to its tally, and draws it. */
  function totalChart() {
    return {
      ignored: 0, groups: 1,
      addRow: (tally, i, correct) => tally.add(0, correct),
      draw: tally => {
        const all = tally.rate(0);
        count.textContent = `${integer.format(all.count)} of ${integer.format(model().scored)} ${data.of}`;
        accuracy.textContent = all.count ? percent(all.value) : '\u2013';
        interval.textContent = all.count ? `${percent(all.low)} to ${percent(all.high)}` : '';
        measure.textContent = `top-${topControl.value()}`;
      },
    };
  }

  function addValues(column) {
    return (tally, i, correct) => {
      for (let k = column.begin[i]; k < column.begin[i + 1]; k++) tally.add(column.of[k], correct);
    };
  }

  /* A bar for each value of a column, pale where its box is not ticked, and the largest difference of the others. */
  function boxesChart(column) {
    const {inputs} = column.control, place = make('div', {}), gap = make('dd', {id: `${column.name}-gap`});
    return {
      place, ignored: column.bit, groups: column.values.length, addRow: addValues(column),
      section: box(`By ${words(column.name)}`, intervals, place),
      figure: figure(`between best and worst ${words(column.name)}`, gap),
      draw: (tally, width) => {
        const groups = column.values.map((value, k) =>
          Object.assign(tally.rate(k), {name: words(value), dim: !inputs[k].checked}));
        const shown = groups.filter(group => group.count && !group.dim).map(group => group.value);
        gap.textContent = shown.length > 1 ? percent(Math.max(...shown) - Math.min(...shown)) : '\u2013';
        charts.bars(place, width, groups, `Accuracy by ${words(column.name)}`, 36);
      },
    };
  }

  /* The values of a column in the order of their accuracies, the chosen one first. */
  function rankedChart(column) {
    const {select} = column.control, place = make('div', {});
    const none = make('p', {className: 'note'}), more = make('button', {type: 'button'});
    const first = matchMedia('(min-width:900px)').matches ? 28 : LONG;
    let shown = first;
    more.addEventListener('click', () => {
      shown = shown > first ? first : column.values.length;
      update();
    });
    return {
      place, ignored: column.bit, groups: column.values.length, addRow: addValues(column),
      section: box(`By ${words(column.name)}, worst first`, `Only those with more than ${FEW} ${data.of}.`,
        place, none, more),
      draw: (tally, width) => {
        const chosen = select.selectedIndex - 1;
        const groups = column.values.map((value, k) => Object.assign(tally.rate(k),
          {name: words(value), chosen: k === chosen, dim: chosen >= 0 && k !== chosen}))
          .filter(group => group.count > FEW || group.chosen)
          .sort((a, b) => b.chosen - a.chosen || a.value - b.value || b.count - a.count);
        charts.bars(place, width, groups.slice(0, shown), `Accuracy by ${words(column.name)}, worst first`, 24);
        more.hidden = groups.length <= first;
        more.textContent = shown > first ? 'Show fewer' : `Show all ${groups.length}`;
        none.textContent = groups.length ? '' : `None has more than ${FEW} ${data.of} here.`;
      },
    };
  }

  /* Accuracy by the values of two columns. */
  function crossChart(down, across) {
    const cells = down.values.map(() => across.values.map(() => make('td', {})));
    const head = text => make('th', {scope: 'col'}, words(text));
    const rows = down.values.map((value, r) => make('tr', {}, make('th', {scope: 'row'}, words(value)), ...cells[r]));
    const table = make('table', {id: 'cells'},
      make('thead', {}, make('tr', {}, make('td', {}), ...across.values.map(head))), make('tbody', {}, ...rows));
    return {
      ignored: down.bit | across.bit, groups: down.values.length * across.values.length,
      section: box(heading(`${words(down.name)} by ${words(across.name)}`), `Accuracy, and below it the ${data.of}.`,
        make('div', {className: 'scroll'}, table)),
      addRow: (tally, i, correct) => {
        for (let r = down.begin[i]; r < down.begin[i + 1]; r++)
          for (let c = across.begin[i]; c < across.begin[i + 1]; c++)
            tally.add(down.of[r] * across.values.length + across.of[c], correct);
      },
      draw: tally => cells.forEach((row, r) => row.forEach((cell, c) => {
        const group = tally.rate(r * across.values.length + c);
        cell.replaceChildren(group.count ? percent(group.value) : '\u2013');
        if (group.count) cell.append(make('small', {}, integer.format(group.count)));
        cell.style.setProperty('--share', group.count ? `${Math.round(6 + 52 * group.value)}%` : '0%');
        cell.classList.toggle('dim', !(down.control.inputs[r].checked && across.control.inputs[c].checked));
      })),
    };
  }

  /* Up to ten groups of about as many rows, in the order of a number; equal numbers are in one group. Fills the
     groups of the rows that pass, and returns these rows in that order. */
  function quantileGroups(number, group) {
    const chosen = number.order.filter(i => passes(i)), total = chosen.length;
    const groups = Math.max(1, Math.min(10, Math.floor(total / 20)));
    let now = 0;
    chosen.forEach((i, seen) => {
      const isNew = seen > 0 && number.of[i] !== number.of[chosen[seen - 1]];
      if (isNew && seen >= (now + 1) * total / groups) now = Math.min(groups - 1, Math.floor(groups * seen / total));
      group[i] = now;
    });
    return chosen;
  }

  /* Accuracy along a number; a group stands at the mean of its rows, on a logarithmic axis at their geometric mean. */
  function curveChart(number) {
    const place = make('div', {}), group = new Uint8Array(n), usable = new Uint8Array(n);
    for (const i of number.order) usable[i] = 1;
    let chosen = [];
    return {
      place, ignored: 0, groups: 10, section: box(`Along ${words(number.name)}`, number.note, place),
      prepare: () => { chosen = quantileGroups(number, group); },
      addRow: (tally, i, correct) => { if (usable[i]) tally.add(group[i], correct); },
      draw: (tally, width) => {
        const scale = number.log ? Math.log : x => x, inverse = number.log ? Math.exp : x => x;
        const sums = new Float64Array(10);
        for (const i of chosen) sums[group[i]] += scale(number.of[i]);
        const groups = [...sums].map((sum, g) => Object.assign(tally.rate(g), {x: inverse(sum / tally.count[g])}))
          .filter(one => one.count);
        const order = chosen.length ? chosen : number.order;
        if (order.length)
          charts.curve(place, width, number, groups, number.of[order[0]], number.of[order[order.length - 1]]);
      },
    };
  }

  /* ---- factors among errors ---- */

  /* The number of rows with each factor. */
  function countFactors(isCounted) {
    const counts = new Float64Array(factors.values.length);
    for (let i = 0; i < n; i++) {
      if (!isCounted(i)) continue;
      for (let rest = factors.of[i]; rest; rest &= rest - 1) counts[31 - Math.clz32(rest & -rest)]++;
    }
    return counts;
  }

  const everywhere = factors && models.map(({rows}) => countFactors(i => rows[i] & 1));

  function factorsChart() {
    const place = make('div', {});
    const few = counts => counts.map(x => x > FEW ? x : 0), sum = counts => counts.reduce((s, x) => s + x, 0);
    return {
      place,
      section: box('Factors among errors', 'How much more often a factor is present in wrong ' + data.of +
        ` than in the baseline. Counts of at most ${FEW} are taken as none.`,
        make('div', {className: 'inline'}, baseControl.element), place),
      draw: (isCorrect, width) => {
        const wrong = countFactors(i => passes(i, factorBit) && !isCorrect(i));
        const all = baseControl.word() ? countFactors(i => passes(i, factorBit))
          : everywhere[models.indexOf(model())];
        const someWrong = few(wrong), someAll = few(all), wrongSum = sum(someWrong), allSum = sum(someAll);
        const rows = factors.values.map((value, k) => ({
          name: words(value), wrong: wrong[k], all: all[k],
          shift: (someWrong[k] / wrongSum - someAll[k] / allSum) / (someAll[k] / allSum),
        })).filter((_, k) => everywhere.some(counts => counts[k])); /* a factor that no row has is not shown */
        rows.sort((a, b) => isNaN(a.shift) - isNaN(b.shift) || b.shift - a.shift);
        charts.shifts(place, width, rows);
      },
    };
  }

  /* ---- the images that pass ---- */

  function card(i, correct) {
    const item = make('li', {className: 'card'}), text = make('div', {});
    const named = list => list.map(column => [...valuesOf(column, i)].map(v => words(column.values[v])).join(', '));
    const title = named(rankedColumns).join(', ');
    const facts = named(columns.filter(column => column.card && column.kind !== 'ranked'))
      .concat(numbers.filter(number => number.card && isFinite(number.of[i])).map(number => number.format(number.of[i])));
    if (thumbnail(i)) item.append(make('img', {src: `data:image/jpeg;base64,${thumbnail(i)}`, alt: title}));
    text.append(make('strong', {className: correct ? 'correct' : 'wrong'}, correct ? '\u2713 correct' : '\u2717 wrong'));
    if (title) text.append(make('b', {}, title));
    if (facts.length) text.append(make('span', {}, facts.join(', ')));
    if (factors && factors.of[i])
      text.append(make('span', {}, factors.values.filter((_, k) => factors.of[i] >>> k & 1).map(words).join(', ')));
    if (names) text.append(make('small', {title: names[i]}, names[i]));
    item.append(text);
    return item;
  }

  function cardsChart() {
    const list = make('ul', {id: 'cards'}), note = make('span', {className: 'note', id: 'cards-note'});
    const more = make('button', {type: 'button', className: 'more', id: 'more-cards'}, 'Show more');
    const only = thumbnailNumber ? [make('label', {}, onlyImages, ' only those with an image')] : [];
    const group = make('div', {className: 'inline'}, ...showControl.elements, ...only, note);
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', `Which ${data.of}`);
    const chart = {
      limit: FIRST_CARDS, section: box(heading(data.of), '', group, list, more),
      draw: isCorrect => {
        if (!names && data.names) names = data.names.split('\n');
        const show = showControl.value(), found = [];
        let matching = 0;
        for (let i = 0; i < n; i++) {
          if (!passes(i) || show !== 'all' && (show === 'correct') !== (isCorrect(i) === 1)) continue;
          if (thumbnailNumber && onlyImages.checked && !thumbnail(i)) continue;
          if (matching++ < chart.limit) found.push(i);
        }
        list.replaceChildren(...found.map(i => card(i, isCorrect(i))));
        more.hidden = matching <= found.length;
        note.textContent = matching ? `${integer.format(found.length)} of ${integer.format(matching)} shown`
          : `No ${data.of} match.`;
      },
    };
    more.addEventListener('click', () => {
      const next = list.children.length;
      chart.limit += FIRST_CARDS;
      update();
      const item = list.children[next]; /* the keyboard continues at the first new one */
      if (item && more.hidden) {
        item.tabIndex = -1;
        item.focus();
      }
    });
    return chart;
  }

  /* ---- all together ---- */

  const boxesCharts = boxColumns.map(boxesChart);
  const rankedCharts = rankedColumns.map(rankedChart);
  const curveCharts = numbers.map(curveChart);
  const crossCharts = boxColumns.length > 1 ? [crossChart(boxColumns[1], boxColumns[0])] : [];
  const tallied = [totalChart()].concat(boxesCharts, curveCharts, rankedCharts, crossCharts);
  const shiftCharts = factors ? [factorsChart()] : [];
  const cards = cardsChart();
  const model = () => models[models.length > 1 ? modelControl.select.selectedIndex : 0];

  function buildForm(panel) {
    const top = make('fieldset', {className: 'row'},
      make('legend', {}, 'Correct when the class is'), ...topControl.elements);
    form.append(...filterControls.map(control => control.element), ...(data.topK > 1 ? [top] : []),
      make('button', {type: 'reset', id: 'clear'}, 'Reset'));
    panel.append(make('summary', {}, 'Filters ', active), form);
  }

  /* The table of two columns stands below the factors where the ranked chart beside them is long, else on its own. */
  function buildCharts() {
    const sections = list => list.map(chart => chart.section);
    const beside = rankedColumns.some(column => column.values.length > LONG) || rankedCharts.length > 0 && !factors;
    const stack = list => list.length ? [make('div', {className: 'stack'}, ...list)] : [];
    const left = sections(shiftCharts).concat(beside ? sections(crossCharts) : []), right = sections(rankedCharts);
    if (boxesCharts.length % 2) full(boxesCharts[boxesCharts.length - 1].section);
    const parts = sections(boxesCharts).concat(sections(curveCharts).map(full), stack(left), stack(right),
      beside ? [] : sections(crossCharts).map(full), full(cards.section));
    return make('div', {className: 'charts'}, ...parts);
  }

  function build() {
    const panel = make('details', {id: 'panel', className: 'box', open: true});
    const figures = make('dl', {className: 'figures'}, figure('pass the filters', make('dd', {}, count)),
      figure([measure, ' accuracy'], accuracy, interval), ...boxesCharts.map(chart => chart.figure));
    buildForm(panel);
    layout.append(panel, make('div', {}, figures, buildCharts()));
    const wide = matchMedia('(min-width:900px)'), fold = () => { panel.open = wide.matches; };
    wide.addEventListener('change', fold);
    fold();
  }

  /* Reads all widths before anything is drawn: between two changes each would cost a layout. */
  function measureCharts(list) {
    for (const chart of list) chart.width = chart.place ? Math.max(220, chart.place.clientWidth) : 0;
  }

  /* The sums of one chart. */
  function countRows(chart, isCorrect) {
    const tally = new Tally(chart.groups);
    let cluster = -1;
    for (const i of byCluster) {
      if (!passes(i, chart.ignored)) continue;
      if (clusters && clusters[i] !== cluster) {
        tally.closeCluster();
        cluster = clusters[i];
      }
      chart.addRow(tally, i, isCorrect(i));
    }
    tally.closeCluster();
    return tally;
  }

  function update() {
    const {rows} = model(), bit = topControl.value() === '1' ? 1 : 2;
    const isCorrect = i => rows[i] >> bit & 1;
    measureCharts(tallied.concat(shiftCharts));
    applyFilters(rows);
    for (const chart of tallied) {
      if (chart.prepare) chart.prepare();
      chart.draw(countRows(chart, isCorrect), chart.width);
    }
    for (const chart of shiftCharts.concat(cards)) chart.draw(isCorrect, chart.width);
  }

  function changed() {
    cards.limit = FIRST_CARDS;
    update();
    remember();
  }

  document.addEventListener('input', event => { if (event.target.form === form) changed(); });
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(changed)); /* the controls change after the event */
  addEventListener('hashchange', () => {
    form.reset();
    recall();
    update();
  });
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth !== width) update();
    width = innerWidth;
  });

  build();
  recall();
  update();
})();
