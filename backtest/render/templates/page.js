"use strict";
(() => {
  const NARROW = 600, PAPER = 668, CELL = 32, ROOMY = 46;
  const charts = [...document.querySelectorAll(".chart")];
  const folds = [...document.querySelectorAll("details.fold")];
  const family = getComputedStyle(document.body).fontFamily;
  const pen = document.createElement("canvas").getContext("2d");
  const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  const safe = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const wide = (text) => pen.measureText(plain(text)).width;
  const cut = (text, most, inside) => {
    if (wide(text) <= most) return text;
    const letters = [...plain(text)];
    const last = () => (inside ? letters.length >> 1 : letters.length - 1);
    while (letters.length > 1 && wide(letters.join("") + "…") > most) letters.splice(last(), 1);
    letters.splice(inside ? (letters.length + 1) >> 1 : letters.length, 0, "…");
    return safe(letters.join(""));
  };
  const wrapped = (text, most, lines) => {
    const rows = [""];
    plain(text).split(" ").forEach((word) => {
      const longer = `${rows[rows.length - 1]} ${word}`.trim();
      if (rows.length >= lines || wide(safe(longer)) <= most) rows[rows.length - 1] = longer;
      else rows.push(word);
    });
    return rows.filter((row) => row).map((row) => cut(safe(row), most)).join("<br>");
  };
  const names = (texts, most, lines) => {
    const short = texts.map((text) => wrapped(text, most, lines));
    const alone = (text) => short.indexOf(text) === short.lastIndexOf(text);
    return short.map((text, n) => (alone(text) ? text : cut(texts[n], most, true)));
  };
  const unpack = (packed) => {
    if (!packed || packed.words === undefined) return packed;
    const raw = atob(packed.words), values = [];
    for (let n = 0; n < raw.length; n += 2) {
      const word = raw.charCodeAt(n) | (raw.charCodeAt(n + 1) << 8);
      values.push(word === 65535 ? null : (packed.low + word) / packed.unit);
    }
    return packed.days ? values.map((day) => new Date(day * 864e5).toISOString().slice(0, 10)) : values;
  };
  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  const dates = json("shared-dates").map(unpack);
  const read = (box) => {
    const figure = json(box.id.replace("chart-", "data-"));
    figure.data.forEach((trace) => {
      if (typeof trace.x === "number") trace.x = [...dates[trace.x]];
      if (trace.y !== undefined) trace.y = unpack(trace.y);
      if (trace.z !== undefined) trace.z = trace.z.map(unpack);
    });
    return figure;
  };
  // Of names that stand beside points, those that would lie on another's are left out.
  const thin = (traces, { xaxis, yaxis, margin, height }, across) => {
    const taken = [], place = (value, [low, high], room) => (value - low) / (high - low) * room;
    traces.filter((trace) => trace.mode === "lines+markers+text").forEach((trace) => {
      const [name] = trace.text, half = wide(name) / 2 + 3;
      const x = place(trace.x[0], xaxis.range, across - margin.l - margin.r);
      const y = place(trace.y[0], yaxis.range, height - margin.t - margin.b);
      if (!name.trim()) return;
      if (taken.some((one) => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < 14)) {
        trace.text = [" "];
      } else taken.push({ x, y, half });
    });
    return traces;
  };
  const fit = (box, across) => {
    const figure = read(box), layout = figure.layout, narrow = across < NARROW;
    const size = narrow ? 11 : 12;
    pen.font = `${size}px ${family}`;
    layout.width = across;
    layout.font = { family, size, color: "#3a4046" };
    const rows = Object.keys(layout).filter((key) => /^yaxis/.test(key) && layout[key].fixedrange);
    const widest = Math.max(0, ...rows.flatMap((key) => layout[key].ticktext.map(wide)));
    const most = layout.meta.time ? 150 : (narrow ? 120 : 250);
    const aligned = layout.meta.time && !narrow;  // charts over time, one under the other
    // A name may take three lines where there is little room across.
    if (narrow && layout.meta.time && widest > 2 * most) layout.height *= 1.45;
    layout.margin.l = aligned ? most + 10 : Math.max(48, Math.min(widest, most) + 10);
    rows.forEach((key) => {
      const { ticktext, domain } = layout[key];
      const tall = (domain[1] - domain[0]) * layout.height / ticktext.length;
      layout[key].ticktext = names(ticktext, most, Math.max(1, Math.floor(tall / (1.2 * size))));
    });
    layout.annotations.forEach((note) => { note.xshift = -layout.margin.l; });
    const cells = figure.data.find((trace) => trace.meta && trace.meta.short);
    if (cells) {
      // Numbers keep their size: too many cells for the page are wider than it, and scroll.
      const sides = layout.margin.l + layout.margin.r, count = cells.x.length;
      if ((across - sides) / count < ROOMY) cells.text = cells.meta.short;
      if (across !== PAPER) layout.width = across = Math.max(across, sides + count * CELL);
    }
    const heads = layout.xaxis.ticktext;
    if (heads) {
      const room = (across - layout.margin.l - layout.margin.r) / heads.length;
      const step = Math.ceil((Math.max(...heads.map(wide)) + 6) / room);
      layout.xaxis.tickangle = 0;
      layout.xaxis.tickvals = layout.xaxis.tickvals.filter((_, n) => n % step === 0);
      layout.xaxis.ticktext = heads.filter((_, n) => n % step === 0);
    }
    if (narrow) {
      layout.dragmode = false;
      if (layout.meta.time) Object.assign(layout.xaxis, { nticks: 6, tickangle: 0 });
      layout.margin.t += 10;
      layout.annotations.forEach((note) => {
        note.align = "left";
        note.font.size = size;
        note.text = wrapped(note.text, across - 12, 2);
      });
    }
    const drawn = figure.data.map((trace) => ({ ...trace }));
    thin(figure.data, layout, across);
    figure.frames.forEach((frame) => {
      const whole = drawn.map((trace, n) => ({ ...trace, ...frame.data[n] }));
      thin(whole, layout, across).forEach((trace, n) => {
        if (trace.text) frame.data[n].text = trace.text;
      });
    });
    return figure;
  };
  const draw = (box, across) => {
    const figure = fit(box, across || box.clientWidth);
    const { data, layout, frames } = figure;
    if (across === PAPER) { delete layout.sliders; delete layout.updatemenus; }
    return Plotly.react(box, { data, layout, frames, config: { displayModeBar: false } });
  };
  const together = charts.filter((box) => read(box).layout.meta.time);
  let following = false;
  const follow = (source, change) => {
    const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
    const whole = change["xaxis.autorange"];
    if (following || (!whole && from === undefined)) return;
    following = true;
    const range = (box) => (whole ? read(box).layout.xaxis.range : [from, to]);
    Promise.all(together.filter((box) => whole || box !== source).map(
      (box) => Plotly.relayout(box, { "xaxis.range": range(box) }),
    )).finally(() => { following = false; });
  };
  charts.forEach((box) => draw(box));
  together.forEach((box) => box.on("plotly_relayout", (change) => follow(box, change)));
  let last = document.body.clientWidth;
  window.addEventListener("resize", () => {
    if (document.body.clientWidth === last) return;
    last = document.body.clientWidth;
    charts.forEach((box) => draw(box));
  });
  window.addEventListener("beforeprint", () => {
    folds.forEach((fold) => { fold.open = true; });
    charts.forEach((box) => draw(box, PAPER));
  });
  window.addEventListener("afterprint", () => charts.forEach((box) => draw(box)));
})();
