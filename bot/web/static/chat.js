// The conversation page: sends what people do, and shows what has changed.
"use strict";

const page = document.body.dataset;
const words = JSON.parse(page.words);
const commands = JSON.parse(page.commands);
const token = document.querySelector('meta[name="token"]').content;
const log = document.getElementById("log");
const composer = document.getElementById("composer");
const box = document.getElementById("words");
const dialog = document.getElementById("form");
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const say = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// --- asking the server ----------------------------------------------------------------------------

class Refused extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

async function answered(response) {
  if (response.status === 401) shutOut();
  if (!response.ok) throw new Refused(response.status);
  return response.json();
}

/** Posts one deed. The same `id` posted again is the same deed. */
async function post(path, fields = {}, id = crypto.randomUUID()) {
  const form = fields instanceof FormData ? fields : new FormData();
  if (form !== fields) for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.set("as", page.as);
  form.set("in", page.in);
  form.set("id", id);
  const response = await fetch(`/chat/${path}`, {
    method: "POST",
    keepalive: path === "press", // a form may be closed with its page
    body: form,
    headers: { "x-headwater-token": token },
  });
  return answered(response);
}

/** Posts a deed and shows the answer; false when nothing was kept. */
async function act(path, fields, id) {
  try {
    const answer = await post(path, fields, id);
    // What was said comes first, then what was answered to it.
    if (answer.kind === "show") await refresh();
    show(answer);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

function complain(error) {
  if (error instanceof Refused && error.status === 404) {
    toast(words.gone, true);
    setTimeout(() => location.reload(), 1500);
  } else if (error instanceof Refused && error.status === 413) {
    toast(words.too_big, true);
  } else {
    toast(words.failed, true);
  }
}

function show(answer) {
  if (answer.kind !== "wrong" && answer.kind !== "open" && dialog.open) dialog.close(ANSWERED);
  if (answer.kind === "toast") toast(answer.text, answer.alert);
  if (answer.kind === "show") whisper(answer.html);
  if (answer.kind === "open") openForm(answer);
  if (answer.kind === "wrong") markWrong(answer.errors);
}

function toast(text, alert = false) {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = alert ? "toast alert" : "toast";
  if (alert) made.setAttribute("role", "alert");
  // A modal dialog makes everything outside it inert, so the words go inside.
  (find("dialog[open]") ?? document.body).append(document.getElementById("toasts"));
  document.getElementById("toasts").append(made);
  setTimeout(() => made.remove(), alert ? 8000 : 4000);
}

// --- messages -------------------------------------------------------------------------------------

const bottomed = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function toBottom(smooth = false) {
  log.scrollTo({ top: log.scrollHeight, behavior: smooth ? "smooth" : "instant" });
}

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

function whisper(html) {
  const made = element(html);
  log.insertBefore(made, document.getElementById("empty"));
  made.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function place(message) {
  const made = element(message.html);
  const old = document.getElementById(`m${message.id}`);
  if (old) {
    old.replaceWith(made);
    return null;
  }
  const strand = message.root && document.getElementById(`s${message.root}`);
  if (strand) {
    find(".replies", strand).append(made);
  } else {
    const fresh = document.createElement("section");
    fresh.className = "strand";
    fresh.id = `s${message.id}`;
    fresh.append(made, Object.assign(document.createElement("div"), { className: "replies" }));
    log.insertBefore(fresh, document.getElementById("empty"));
  }
  made.classList.add("fresh");
  return made;
}

/** Marks where a day begins, and folds long threads. */
function arrange() {
  let day = "";
  for (const strand of all(".strand", log)) {
    const first = find(".message", strand);
    strand.dataset.day = first.dataset.day;
    strand.classList.toggle("new-day", first.dataset.day !== day);
    day = first.dataset.day;
    fold(find(".replies", strand));
  }
  document.getElementById("empty").hidden = Boolean(find(".strand, .only-you", log));
}

function fold(replies) {
  const earlier = all(".message", replies).slice(0, -3);
  let button = find(".earlier", replies);
  if (replies.dataset.open || earlier.length < 2) {
    button?.remove();
    for (const one of all(".message[hidden]", replies)) one.hidden = false;
    return;
  }
  if (!button) {
    button = Object.assign(document.createElement("button"), { type: "button", className: "earlier" });
    button.dataset.unfold = "";
    replies.prepend(button);
  }
  button.textContent = say(words.replies_earlier, { n: earlier.length });
  for (const one of earlier) one.hidden = true;
}

let asking = null;
let again = false;

/** Asks what has changed; while one question is open, further ones wait as one. */
function refresh() {
  again = true;
  asking ??= renewAll().finally(() => (asking = null));
  return asking;
}

async function renewAll() {
  try {
    while (again) {
      again = false;
      await renew();
    }
  } catch (error) {
    if (error instanceof Refused && error.status === 404) location.reload();
  }
}

async function renew() {
  const query = new URLSearchParams({ as: page.as, in: page.in, after: page.version });
  const news = await answered(await fetch(`/chat/news?${query}`));
  if (news.version < Number(page.version)) location.reload();
  page.version = news.version;
  swap("side", news.side);
  swap("due", news.clock);
  swap("guide", news.guide);
  setClock(news.now, news.face);
  take(news.messages);
  see();
}

/** Replaces a part of the page, keeping what had the focus and where it was scrolled to. */
function swap(id, html) {
  const part = document.getElementById(id);
  const made = document.createElement("template");
  made.innerHTML = html;
  if (part.dataset.html === html) return;
  part.dataset.html = html;
  const links = all("a, button", part);
  const held = links.indexOf(document.activeElement);
  const scrolled = part.scrollTop;
  part.replaceChildren(made.content);
  part.scrollTop = scrolled;
  if (held >= 0) all("a, button", part)[held]?.focus();
}

function take(messages) {
  const followed = bottomed();
  const fresh = messages.map(place).filter(Boolean);
  arrange();
  if (!fresh.length) {
    if (messages.length && followed) toBottom();
    return;
  }
  const last = fresh.at(-1);
  if (!followed) find("[data-newest]").hidden = false;
  else if (last.closest(".strand").nextElementSibling?.matches(".strand")) last.scrollIntoView({ block: "nearest", behavior: "smooth" });
  else toBottom(true);
}

/** Says how far this player has read. */
function see() {
  const ids = all(".message[data-id]", log).map((one) => Number(one.dataset.id));
  const newest = Math.max(0, ...ids);
  badge();
  if (!newest || document.hidden || newest === Number(page.seen)) return;
  page.seen = newest;
  post("see", { message: newest }).catch(() => delete page.seen);
}

function badge() {
  const waiting = all(".cast .badge").length;
  const mark = document.getElementById("elsewhere");
  mark.hidden = !waiting;
  mark.textContent = waiting || "";
}

// --- the composer ---------------------------------------------------------------------------------

let photos = [];
let reply = "";
let unsent = "";

function grow() {
  box.style.removeProperty("height");
  box.rows = 1;
  while (box.scrollHeight > box.clientHeight && box.rows < 8) box.rows += 1;
}

function answerTo(id) {
  reply = id;
  const message = document.getElementById(`m${id}`);
  const bar = document.getElementById("replying");
  bar.hidden = !message;
  for (const one of all(".message.answered")) one.classList.remove("answered");
  if (!message) return;
  message.classList.add("answered");
  const text = find(".card-title, .bubble", message)?.textContent ?? find(".by b", message).textContent;
  find("b", bar).textContent = text.slice(0, 60);
  box.focus();
}

function addPhotos(files) {
  const pictures = [...files].filter((file) => file.size);
  const total = [...photos, ...pictures].reduce((sum, file) => sum + file.size, 0);
  if (total > Number(page.most)) toast(words.too_big, true);
  else if (photos.length + pictures.length > 10) toast(say(words.too_many, { n: 10 }), true);
  else photos = [...photos, ...pictures];
  unsent = "";
  showPhotos();
}

function showPhotos() {
  const chosen = document.getElementById("chosen");
  for (const image of all("img", chosen)) URL.revokeObjectURL(image.src);
  chosen.replaceChildren(...photos.map(chip));
  chosen.hidden = !photos.length;
}

function chip(file, index) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.remove = index;
  made.setAttribute("aria-label", `${words.remove} ${file.name}`);
  if (file.type.startsWith("image/")) {
    made.append(Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: "" }));
  } else {
    made.append(file.name);
  }
  return made;
}

let sending = Promise.resolve();

/** Takes what was written out of the box at once, and sends one after the other. */
function send() {
  const text = box.value.trim();
  if (!text && !photos.length) return;
  // What could not be kept is sent again under its first name, so that it is there once.
  const letter = { text, photos, reply, id: unsent || crypto.randomUUID() };
  fill({ text: "", photos: [], reply: "", id: "" });
  menu.hidden = true;
  toBottom();
  sending = sending.then(() => deliver(letter));
}

async function deliver(letter) {
  const form = new FormData();
  form.append("text", letter.text);
  if (letter.reply) form.append("reply", letter.reply);
  for (const photo of letter.photos) form.append("files", photo);
  if (await act("say", form, letter.id)) refresh();
  else if (!box.value && !photos.length) fill(letter);
  else box.value = `${letter.text}\n${box.value}`;
}

function fill(letter) {
  box.value = letter.text;
  photos = letter.photos;
  showPhotos();
  answerTo(letter.reply);
  unsent = letter.id;
  grow();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

box.addEventListener("keydown", (event) => {
  if (menuKey(event)) return;
  // Enter also ends the input of a Chinese word: then it is not meant for us.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    send();
  }
  if (event.key === "Escape" && reply) answerTo("");
});

const drafted = `headwater-words ${page.as} ${page.in}`;
addEventListener("pagehide", () => sessionStorage.setItem(drafted, box.value));

box.addEventListener("input", () => {
  unsent = "";
  grow();
  showMenu(box.value);
});

box.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) addPhotos(event.clipboardData.files);
});

document.getElementById("photos").addEventListener("change", (event) => {
  addPhotos(event.target.files);
  event.target.value = "";
});

// --- the menu of commands -------------------------------------------------------------------------

const menu = document.getElementById("menu");

function showMenu(text) {
  const typed = /^\/(\S*)$/.exec(text)?.[1].toLowerCase();
  const fitting = typed === undefined ? [] : commands.filter(([name, what]) => name.startsWith(typed) || what.toLowerCase().includes(typed));
  menu.replaceChildren(...fitting.map(menuLine));
  menu.hidden = !fitting.length;
  select(menu, 0);
}

function menuLine([name, what], index) {
  const made = document.createElement("li");
  made.id = `command-${index}`;
  made.setAttribute("role", "option");
  made.dataset.command = name;
  const bold = Object.assign(document.createElement("b"), { textContent: `/${name}` });
  made.append(bold, Object.assign(document.createElement("span"), { textContent: what }));
  return made;
}

function select(list, index) {
  const lines = all("[role=option]", list);
  lines.forEach((line, at) => line.setAttribute("aria-selected", at === index));
  lines[index]?.scrollIntoView({ block: "nearest" });
}

/** Moves through a list with the arrow keys; gives the line that Enter or Tab takes. */
function listKey(event, list) {
  const lines = all("[role=option]", list);
  if (list.hidden || !lines.length || event.isComposing) return null;
  const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    select(list, (at + step + lines.length) % lines.length);
  }
  if (event.key === "Escape") {
    event.preventDefault();
    list.hidden = true;
  }
  return event.key === "Enter" || event.key === "Tab" ? lines[at] ?? null : null;
}

function menuKey(event) {
  const line = listKey(event, menu);
  if (!line) return event.defaultPrevented;
  if (event.key === "Enter" && box.value === `/${line.dataset.command}`) {
    menu.hidden = true;
    return false;
  }
  event.preventDefault();
  takeCommand(line);
  return true;
}

function takeCommand(line) {
  box.value = `/${line.dataset.command} `;
  menu.hidden = true;
  box.focus();
}

// --- forms ----------------------------------------------------------------------------------------

const ANSWERED = "answered";
let formId = "";

function openForm(answer) {
  dialog.innerHTML = answer.html;
  dialog.returnValue = "";
  dialog.dataset.thread = answer.thread;
  formId = "";
  for (const mark of all("[data-optional]", dialog)) mark.textContent = words.optional;
  for (const [name] of wrongNow()) outline(name, true);
  if (!dialog.open) dialog.showModal();
  (find("[aria-invalid]", dialog) ?? find(".fields input:not([type=hidden]), .fields textarea, .fields select", dialog))?.focus();
}

const wrongNow = () => all("[data-error]", dialog).filter((one) => one.textContent).map((one) => [one.dataset.error]);

function outline(name, wrong) {
  const field = find(`[data-field="${CSS.escape(name)}"]`, dialog);
  for (const input of field ? all("input, textarea, select", field) : []) {
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function markWrong(errors) {
  formId = "";
  for (const place of all("[data-error]", dialog)) {
    place.textContent = "";
    if (place.dataset.error) outline(place.dataset.error, false);
  }
  for (const [name, text] of Object.entries(errors)) {
    const known = find(`[data-error="${CSS.escape(name)}"]`, dialog) ?? find('[data-error=""]', dialog);
    known.textContent = text;
    outline(name, true);
  }
  find("[aria-invalid]", dialog)?.focus();
}

/** What is required and empty is said at once; everything else is the door's to judge. */
function lacking(form) {
  const errors = {};
  for (const input of all("[aria-required]", form)) {
    if (!input.value.trim()) errors[input.closest("[data-field]").dataset.field] = words.needed;
  }
  return errors;
}

/** Closed unsent, by its button, by Escape or with the page: what it asks is given up, and that is said. */
async function leave() {
  if (dialog.returnValue === ANSWERED) return;
  if (await act("press", { data: find("form", dialog).dataset.leave })) refresh();
  else if (!dialog.open) dialog.showModal();
}

dialog.addEventListener("close", leave);
addEventListener("pagehide", () => dialog.open && leave());

dialog.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const missing = lacking(form);
  if (Object.keys(missing).length) return markWrong(missing);
  if (form.dataset.busy) return;
  const fields = new FormData(form);
  fields.append("draft", form.dataset.draft);
  if (dialog.dataset.thread) fields.append("thread", dialog.dataset.thread);
  formId ||= crypto.randomUUID();
  form.dataset.busy = "yes";
  await act("submit", fields, formId);
  delete form.dataset.busy;
  refresh();
});

dialog.addEventListener("input", (event) => {
  formId = "";
  if (event.target.dataset.search) search(event.target);
  if (event.target.dataset.picks) {
    const field = find(`[name="f.${CSS.escape(event.target.dataset.picks)}"]`, dialog);
    field.value = event.target.value.replace("T", " ");
  }
});

dialog.addEventListener("change", (event) => {
  const most = Number(event.target.dataset.most);
  if (!most || event.target.files.length <= most) return;
  event.target.value = "";
  toast(say(words.too_many, { n: most }), true);
});

/** Opens the list of one search field, and closes every other. */
function openList(input) {
  for (const list of all(".options", dialog)) {
    list.hidden = list.id !== `o-${input?.dataset.search}` || !list.children.length;
    find("[data-search]", list.parentElement).setAttribute("aria-expanded", String(!list.hidden));
  }
}

dialog.addEventListener("focusin", (event) => event.target.dataset.search || openList(null));
dialog.addEventListener("click", (event) => {
  if (event.target.dataset.search) openList(event.target);
  else if (!event.target.closest(".options")) openList(null);
});

// A choice that was made can be taken back.
dialog.addEventListener("mousedown", (event) => {
  const radio = event.target.closest(".chip")?.querySelector("input[type=radio]");
  if (radio?.checked) setTimeout(() => (radio.checked = false), 200);
});

dialog.addEventListener("keydown", (event) => {
  const input = event.target.closest("[data-search]");
  if (input && event.key === "ArrowDown" && find(".options", input.parentElement).hidden) openList(input);
  const line = input && listKey(event, find(".options", input.parentElement));
  if (!line) return;
  if (event.key === "Enter") event.preventDefault();
  choose(line);
});

let typing = 0;

/** What is typed is the answer until a line is chosen; the door then reads it as it reads a message. */
function search(input) {
  const holder = input.parentElement;
  find("input[type=hidden]", holder).value = input.value;
  clearTimeout(typing);
  typing = setTimeout(() => offer(input, holder), 120);
}

async function offer(input, holder) {
  const asked = input.value;
  const fields = { draft: find("form", dialog).dataset.draft, field: input.dataset.search, text: asked };
  if (dialog.dataset.thread) fields.thread = dialog.dataset.thread;
  const found = await post("options", fields).catch(() => null);
  if (!found || input.value !== asked) return;
  const list = find(".options", holder);
  list.innerHTML = found.options;
  if (!list.children.length) list.append(Object.assign(document.createElement("li"), { className: "none", textContent: words.nothing_found }));
  openList(document.activeElement === input ? input : null);
  select(list, 0);
}

function choose(line) {
  const holder = line.closest(".search");
  find("input[type=hidden]", holder).value = line.dataset.value;
  find("[data-search]", holder).value = line.textContent;
  find(".options", holder).hidden = true;
  outline(find("[data-search]", holder).dataset.search, false);
}

/** Asks before a deed that cannot be taken back. */
function sure(text) {
  const asked = document.getElementById("sure");
  find("p", asked).textContent = text;
  asked.showModal();
  return new Promise((resolve) => {
    asked.onclick = (event) => event.target.value && asked.close(event.target.value);
    asked.onclose = () => {
      resolve(asked.returnValue === "yes");
      asked.returnValue = "";
    };
  });
}

// --- the clock ------------------------------------------------------------------------------------

const hands = new Intl.DateTimeFormat("en", { timeZone: page.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayOf = new Intl.DateTimeFormat("en", { timeZone: page.zone, dateStyle: "short" });
let company = Number(page.now);
let since = performance.now();

function setClock(now, shown) {
  company = now;
  since = performance.now();
  find("#now .long").textContent = shown.long;
  find("#now .short").textContent = shown.short;
  find("#now b").textContent = shown.time;
}

/** The minutes go on by themselves; a new day is asked for. */
function tick() {
  const now = company + performance.now() - since;
  if (dayOf.format(now) !== dayOf.format(company)) refresh();
  else find("#now b").textContent = hands.format(now);
}

async function move(by) {
  const clock = document.getElementById("clock");
  if (clock.dataset.busy) return;
  clock.dataset.busy = "yes";
  const moved = await act("clock", { by });
  delete clock.dataset.busy;
  if (!moved) return;
  localStorage.setItem("headwater-moved", "yes");
  document.body.classList.add("moved");
  toast(words.clock_moved);
  refresh();
}

function openClock(open) {
  document.getElementById("clock").classList.toggle("open", open);
  find("[data-clock-open]").setAttribute("aria-expanded", String(open));
}

// --- what is clicked ------------------------------------------------------------------------------

async function press(button) {
  const message = button.closest(".message")?.dataset.id ?? "";
  if (button.dataset.busy) return;
  if (button.dataset.confirm && !(await sure(button.dataset.confirm))) return;
  button.dataset.busy = "yes";
  await act("press", { data: button.dataset.press, ...(message && { message }) });
  delete button.dataset.busy;
  refresh();
}

async function speak(language) {
  if (await act("language", { to: language })) location.reload();
}

function drawer(open) {
  document.body.classList.toggle("drawn", open);
  find("[data-drawer=open]").setAttribute("aria-expanded", String(open));
  (open ? find("#side [data-drawer=close]") : find("[data-drawer=open]")).focus();
}

function guide(shown) {
  document.body.classList.toggle("unguided", !shown);
  if (shown) {
    localStorage.removeItem("headwater-moved");
    document.body.classList.remove("moved");
  }
  localStorage.setItem("headwater-guide", shown ? "show" : "hide");
}

function enlarge(thumb) {
  const shown = document.getElementById("enlarged");
  const image = find("img", thumb);
  Object.assign(find("img", shown), { src: image.src, alt: image.alt });
  shown.showModal();
  shown.onclick = () => shown.close();
}

const deeds = {
  press: (at) => press(at),
  reply: (at) => answerTo(at.dataset.reply),
  replyStop: () => answerTo(""),
  clock: (at) => move(at.dataset.clock),
  clockOpen: (at) => openClock(at.getAttribute("aria-expanded") !== "true"),
  language: (at) => at.getAttribute("aria-pressed") !== "true" && speak(at.dataset.language),
  drawer: (at) => drawer(at.dataset.drawer === "open"),
  guide: (at) => guide(at.dataset.guide === "show"),
  dismiss: (at) => at.closest(".message").remove(),
  begin: () => act("begin", { code: "" }).then(refresh),
  cancel: () => dialog.close(),
  command: (at) => takeCommand(at),
  value: (at) => choose(at),
  remove: (at) => {
    photos = photos.filter((_, index) => index !== Number(at.dataset.remove));
    unsent = "";
    showPhotos();
  },
  enlarge: (at) => enlarge(at),
  menu: () => (box.focus(), menu.hidden ? showMenu("/") : (menu.hidden = true)),
  newest: (at) => (toBottom(true), (at.hidden = true)),
  unfold: (at) => ((at.parentElement.dataset.open = "yes"), fold(at.parentElement)),
};

document.addEventListener("click", (event) => {
  for (const [name, deed] of Object.entries(deeds)) {
    const at = event.target.closest(`[data-${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}]`);
    if (at && at !== document.body) deed(at);
  }
  if (!event.target.closest("#clock")) openClock(false);
  if (!event.target.closest("#menu, [data-menu], #words")) menu.hidden = true;
});

// Keeps the focus in the box while a line of a list is clicked.
document.addEventListener("mousedown", (event) => event.target.closest("[role=option]") && event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("drawn")) drawer(false);
  openClock(false);
});
log.addEventListener("scroll", () => bottomed() && (find("[data-newest]").hidden = true), { passive: true });

// --- what is heard --------------------------------------------------------------------------------

const others = new BroadcastChannel("headwater");
others.onmessage = (event) => hear(event.data);

/** Says that only the printed link leads back in; what was written stays where it is. */
function shutOut() {
  const banner = document.getElementById("offline");
  banner.textContent = words.shut_out;
  banner.hidden = false;
}

function hear(there) {
  const banner = document.getElementById("offline");
  banner.textContent = words.offline;
  banner.hidden = there;
  if (there) refresh();
}

function heard(there) {
  others.postMessage(there);
  hear(there);
}

/** One tab listens for all: a browser opens few connections to one server. */
function listen() {
  return new Promise(() => {
    const events = new EventSource("/chat/events");
    events.onmessage = () => heard(true);
    events.onerror = async () => {
      heard(false);
      // The browser gives up on a refusal; a server that is starting is asked again.
      const answer = await fetch("/chat/news?after=0").catch(() => null);
      if (answer?.status === 401) shutOut();
      else if (events.readyState === EventSource.CLOSED) setTimeout(() => (events.close(), listen()), 2000);
    };
  });
}

navigator.locks.request("headwater-events", listen);
document.addEventListener("visibilitychange", () => document.hidden || refresh());

if (localStorage.getItem("headwater-guide") === "hide") guide(false);
document.body.classList.toggle("moved", localStorage.getItem("headwater-moved") === "yes");
box.value ||= sessionStorage.getItem(drafted) ?? "";
setInterval(tick, 10_000);
arrange();
grow();
toBottom();
see();
if (box.value || matchMedia("(pointer: fine)").matches) {
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}
