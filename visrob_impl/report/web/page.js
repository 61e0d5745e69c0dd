/* Tables that sort, filter and fold, and tooltips. Without it a page lacks nothing but these. */
'use strict';
(() => {
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  /* ---- tables ---- */

  const letters = new Intl.Collator('en', {numeric: true});

  function number(cell) {
    const value = cell.dataset.v;
    return value === undefined ? NaN : Number(value.replace('inf', 'Infinity'));
  }

  /* Compares two numbers; a missing one is last in both directions. */
  function compareNumbers(x, y, sign) {
    if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  }

  /* Sorts by column i: numbers highest first, texts lowest first, and the other way at the next click. */
  function sort(table, i) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0], rows = [...body.rows];
    const numeric = heads[i].classList.contains('n');
    const before = heads[i].getAttribute('aria-sort');
    const ascending = before ? before === 'descending' : !numeric;
    const sign = ascending ? 1 : -1;
    rows.sort((a, b) => numeric
      ? compareNumbers(number(a.cells[i]), number(b.cells[i]), sign)
      : sign * letters.compare(a.cells[i].textContent, b.cells[i].textContent));
    heads.forEach(head => head.removeAttribute('aria-sort'));
    heads[i].setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    body.append(...rows);
  }

  /* Hides the rows that lack one of the words. */
  function filter(table, words, count) {
    let shown = 0;
    const rows = table.tBodies[0].rows;
    for (const row of rows) {
      const text = [...row.cells].map(cell => cell.textContent).join(' ').toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      if (!row.hidden) shown++;
    }
    count.textContent = shown === rows.length ? '' : `${shown} of ${rows.length} rows`;
  }

  function addSorting(table) {
    [...table.tHead.rows[0].cells].forEach((head, i) => {
      const button = make('button', {type: 'button'});
      button.append(...head.childNodes);
      button.addEventListener('click', () => sort(table, i));
      head.append(button);
    });
  }

  function addFilter(table) {
    const bar = make('div', {className: 'filter'}), label = make('label', {textContent: 'Filter'});
    const field = make('input', {type: 'search'}), count = make('output');
    field.addEventListener('input', () => {
      unfold(table);
      filter(table, field.value.toLowerCase().split(' ').filter(Boolean), count);
    });
    label.append(field);
    bar.append(label, count);
    table.closest('figure').prepend(bar);
  }

  /* Shows all rows of a long table. */
  function unfold(table) {
    const figure = table.closest('figure');
    figure.classList.remove('folded');
    figure.querySelector('.more')?.remove();
  }

  /* Shows the first rows of a long table, in the order it is sorted in, until the button below is pressed. */
  function fold(table) {
    const button = make('button', {
      type: 'button', className: 'more', textContent: `Show all ${table.tBodies[0].rows.length} rows`,
    });
    button.addEventListener('click', () => unfold(table));
    table.closest('figure').classList.add('folded');
    table.closest('.scroll').after(button);
  }

  for (const table of document.querySelectorAll('.table table')) {
    const rows = table.tBodies[0].rows.length;
    addSorting(table);
    if (rows > 12) addFilter(table);
    if (rows > 30) fold(table);
  }

  /* ---- what is wider than its place says that it scrolls ---- */

  const widths = new ResizeObserver(entries => {
    for (const {target} of entries) {
      target.parentElement.classList.toggle('wider', target.scrollWidth > target.clientWidth + 1);
    }
  });
  document.querySelectorAll('figure > .scroll').forEach(part => widths.observe(part));

  /* ---- tooltips: a shape's <title>, shown at once and not after the browser's delay ---- */

  const tip = make('div', {className: 'tip', hidden: true});
  document.body.append(tip);

  /* Moves the title out of the shape, so that the browser does not show it as well. */
  function takeTitle(shape) {
    const title = shape && shape.querySelector(':scope > title');
    if (!title) return;
    shape.dataset.tip = title.textContent;
    title.remove();
  }

  document.addEventListener('pointerover', event => {
    const shape = event.target.closest('svg.vr > *, svg.vr > g > *');
    takeTitle(shape);
    tip.hidden = !(shape && shape.dataset.tip);
    if (!tip.hidden) tip.textContent = shape.dataset.tip;
  });

  document.addEventListener('pointermove', event => {
    if (tip.hidden) return;
    const x = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    const above = event.clientY - tip.offsetHeight - 12;
    const y = above > 0 ? above : event.clientY + 20;
    tip.style.transform = `translate(${Math.max(x, 8)}px,${y}px)`;
  });
})();
