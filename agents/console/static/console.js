"use strict";
// The list of statements, live. Text goes into the page as text only: nothing here writes HTML.
const $ = (id) => document.getElementById(id);
const STANCES = Object.fromEntries([...document.querySelector("[name=stance]").options].map((o) => [o.value, o.text]));
const EVENTS = { asserted: "", unchanged: "", changed: "معدل", retracted: "سحب" };
const MOST = 200;
let source, timer, told = "";

function make(tag, options = {}, ...children) {
  const element = Object.assign(document.createElement(tag), options);
  element.append(...children);
  return element;
}

const isolated = (text, className = "") => make("bdi", { textContent: text, className });
const clock = (at) => new Date(at).toLocaleTimeString("ar-u-nu-latn", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function lineOf(one) {
  const item = make("li", { id: `line-${one.id}`, className: `line ${one.event}` });
  item.dataset.number = one.number;
  const where = make("a", { href: `/story?id=${encodeURIComponent(one.story)}` });
  if (one.event === "retracted") {
    where.append(isolated(one.story));
    item.append(make("span", { className: "stance denied", textContent: EVENTS.retracted }), " ", where);
    return item;
  }
  const head = make("p", { className: "head" }, isolated(one.source || "مصدر غير مسمى", "source"), " ");
  if (one.role && !one.source.includes(one.role)) head.append(isolated(one.role, "role"), " ");
  head.append(make("span", { className: `stance ${one.stance}`, textContent: STANCES[one.stance] ?? one.stance }));
  if (one.denies) head.append(" ", make("span", { className: "denies", textContent: "ينفي المضمون" }));
  if (EVENTS[one.event]) head.append(" ", make("span", { className: "event", textContent: EVENTS[one.event] }));
  where.append(isolated(one.headline || one.story));
  const foot = make("p", { className: "foot" }, where, " · ", isolated(one.provider), " · ", make("time", { textContent: clock(one.at) }));
  for (const name of one.via) foot.append(" · عبر ", isolated(name, "via"));
  item.append(head, make("p", { className: "words" }, isolated(one.content, "content")), foot);
  return item;
}

function query(extra = {}) {
  return new URLSearchParams({ ...Object.fromEntries(new FormData($("filter"))), ...extra }).toString();
}

async function page(before) {
  const answer = await fetch(`/api/statements?${query(before ? { before } : {})}`);
  const { lines, more, number } = await answer.json();
  // What came while this was asked for stays.
  if (!before) $("lines").replaceChildren(...[...$("lines").children].filter((item) => item.dataset.number > number));
  $("lines").append(...lines.map(lineOf));
  $("more").hidden = !more;
  $("none").hidden = $("lines").childElementCount > 0;
}

function arrived(lines) {
  for (const one of lines.reverse()) {
    const before = $(`line-${one.id}`);
    if (one.event === "retracted") before?.replaceWith(lineOf(one));
    else {
      before?.remove();
      $("lines").prepend(lineOf(one));
    }
  }
  if (lines.length && scrollY < 200)
    while ($("lines").childElementCount > MOST) {
      $("lines").lastElementChild.remove();
      $("more").hidden = false;
    }
  $("none").hidden = $("lines").childElementCount > 0;
}

function show(numbers) {
  const facts = [["في الدقيقة", numbers.perMinute], ["تصريحات محفوظة", numbers.statements]];
  for (const lag of numbers.lags)
    facts.push([`تأخر ${lag.topic}`, `${lag.records} · ${Math.round(lag.seconds)} ث`]);
  $("numbers").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, isolated(name)), make("dd", {}, isolated(value))]));
  $("providers").replaceChildren(...numbers.providers.map((one) => make("li", { className: one.quiet ? "quiet" : "" },
    isolated(one.name), ` · ${clock(one.last)}`, one.quiet ? " · صامت" : "")));
  $("letters").replaceChildren(...numbers.letters.map((one) => make("li", {},
    make("a", { href: `/dead?letter=${one.letter}` }, isolated(`${one.code} ${one.letter}`)), " ", isolated(one.cause))));
  $("state").textContent = numbers.failure ? `لا اتصال بالوسيط: ${numbers.failure}` : "مباشر";
}

function connect() {
  source?.close();
  source = new EventSource(`/api/events?${query()}`);
  source.onmessage = (event) => {
    const { lines, numbers } = JSON.parse(event.data);
    arrived(lines);
    const now = JSON.stringify(numbers);
    if (now !== told) show(numbers);
    told = now;
  };
  source.onerror = () => { $("state").textContent = "انقطع الاتصال، يعاد…"; };
}

async function restart() {
  connect();
  await page();
}

const soon = () => { clearTimeout(timer); timer = setTimeout(restart, 200); };
$("filter").addEventListener("input", soon);
$("filter").addEventListener("reset", soon);
$("filter").addEventListener("submit", (event) => { event.preventDefault(); restart(); });
$("more").addEventListener("click", () => page($("lines").lastElementChild?.dataset.number));
addEventListener("pagehide", () => source?.close());
restart();
