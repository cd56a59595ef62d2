/**
 * Keeps the status page up to date in place: asks for the same page again and takes over what
 * differs, so that nothing flickers and focus, selection and scroll position stay. Served as it is;
 * types are checked from its comments.
 */

const refreshMs = Number(document.body.dataset.refreshSeconds ?? 15) * 1000;
/** A page that does not come in this time does not come. */
const timeoutMs = 10_000;
/** Typing is over when nothing was typed for so long. */
const typingMs = 250;

const live = element('live');
const gone = element('gone');
const form = document.querySelector('form');

/** @type {number | undefined} */
let timer;
/** @type {AbortController | undefined} */
let asking;
/** The time of day of the first question that the exporter did not answer. @type {string | undefined} */
let goneSince;

schedule();

document.addEventListener('visibilitychange', () => {
	if (!document.hidden) void refresh();
});

addEventListener('popstate', () => void refresh(true));

document.addEventListener('click', (event) => {
	const link = event.target instanceof Element ? event.target.closest('a[data-live]') : null;
	const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
	if (!(link instanceof HTMLAnchorElement) || event.button !== 0 || !isPlain) return;
	event.preventDefault();
	history.pushState(null, '', link.href);
	void refresh(true);
});

if (form) {
	/** @type {number | undefined} */
	let typing;
	const show = () => {
		clearTimeout(typing);
		const parameters = new URLSearchParams();
		for (const [name, value] of new FormData(form)) {
			if (value !== '') parameters.append(name, String(value));
		}
		// An order that was chosen is one of its column alone.
		const before = new URLSearchParams(location.search);
		const order = before.get('order');
		const sameColumn = (before.get('sort') ?? 'status') === parameters.get('sort');
		if (order && sameColumn) parameters.append('order', order);
		// The usual column needs no place in the address.
		if (parameters.get('sort') === 'status') parameters.delete('sort');
		const query = parameters.toString();
		history.replaceState(null, '', query === '' ? './' : `./?${query}`);
		void refresh();
	};
	form.addEventListener('submit', (event) => {
		event.preventDefault();
		show();
	});
	form.addEventListener('change', show);
	form.addEventListener('input', () => {
		clearTimeout(typing);
		typing = setTimeout(show, typingMs);
	});
}

/**
 * Asks for the page that the address names. The newest question is the one whose answer counts.
 *
 * @param {boolean} [withForm] - whether the form is to follow: the address changed without it
 */
async function refresh(withForm = false) {
	clearTimeout(timer);
	asking?.abort();
	const mine = new AbortController();
	asking = mine;
	const askedAt = new Date().toISOString().slice(11, 19);
	const late = setTimeout(() => mine.abort('late'), timeoutMs);
	try {
		const response = await fetch(location.href, { signal: mine.signal, cache: 'no-store' });
		const page = new DOMParser().parseFromString(await response.text(), 'text/html');
		const next = page.getElementById('live');
		// A proxy before the exporter answers too, with pages of its own.
		if (!next) throw new Error(`status ${response.status}`);
		document.title = page.title;
		const focused = document.activeElement;
		morph(live, next);
		const nextForm = page.querySelector('form');
		if (withForm && form && nextForm) follow(form, nextForm);
		if (focused instanceof HTMLElement && focused.isConnected) {
			if (focused !== document.activeElement) focused.focus({ preventScroll: true });
		} else if (focused) live.focus({ preventScroll: true });
		goneSince = undefined;
	} catch {
		// Another question took its place.
		if (mine !== asking) return;
		goneSince ??= askedAt;
	} finally {
		clearTimeout(late);
	}
	if (mine !== asking) return;
	tellWhetherGone();
	schedule();
}

function schedule() {
	clearTimeout(timer);
	timer = setTimeout(() => (document.hidden ? schedule() : void refresh()), refreshMs);
}

/** Set only when it changes, for it is read out then. */
function tellWhetherGone() {
	const words = goneSince
		? `Exporter not reachable since ${goneSince} UTC. What stands here is from before.`
		: '';
	if (gone.textContent === words) return;
	gone.textContent = words;
	gone.hidden = words === '';
	document.body.classList.toggle('stale', words !== '');
}

/**
 * Makes an element's content like another's with as few changes as there can be: elements with the
 * same key or place are kept.
 *
 * @param {Element} from
 * @param {Element} to
 */
function morph(from, to) {
	for (const { name } of [...from.attributes])
		if (!to.hasAttribute(name)) from.removeAttribute(name);
	for (const { name, value } of to.attributes) {
		if (from.getAttribute(name) !== value) from.setAttribute(name, value);
	}
	/** @type {Map<string, Element>} */
	const keyed = new Map();
	for (const child of from.children) {
		const key = keyOf(child);
		if (key !== undefined) keyed.set(key, child);
	}
	let place = from.firstChild;
	for (const next of [...to.childNodes]) {
		const key = keyOf(next);
		const kept = key === undefined ? place : keyed.get(key);
		if (!kept || !isAlike(kept, next)) {
			from.insertBefore(document.importNode(next, true), place);
			continue;
		}
		if (key !== undefined) keyed.delete(key);
		if (kept === place) place = place.nextSibling;
		else from.insertBefore(kept, place);
		if (kept instanceof Element && next instanceof Element) morph(kept, next);
		else if (kept.nodeValue !== next.nodeValue) kept.nodeValue = next.nodeValue;
	}
	while (place) {
		const after = place.nextSibling;
		place.remove();
		place = /** @type {ChildNode | null} */ (after);
	}
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function isAlike(one, other) {
	return one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

/** @param {Node} node */
function keyOf(node) {
	return node instanceof HTMLElement ? node.dataset.key : undefined;
}

/**
 * Sets the form to what another one holds, except for the field that someone types into.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLFormElement} next
 */
function follow(form, next) {
	for (const hidden of form.querySelectorAll('input[type=hidden]')) hidden.remove();
	for (const hidden of next.querySelectorAll('input[type=hidden]')) {
		form.append(document.importNode(hidden, true));
	}
	for (const field of form.querySelectorAll('input[type=search], select')) {
		const same = next.querySelector(`[name="${field.getAttribute('name')}"]`);
		if (field === document.activeElement) continue;
		if (field instanceof HTMLInputElement && same instanceof HTMLInputElement) {
			field.value = same.value;
		}
		if (field instanceof HTMLSelectElement && same instanceof HTMLSelectElement) {
			field.replaceChildren(...[...same.options].map((one) => document.importNode(one, true)));
			field.selectedIndex = same.selectedIndex;
		}
	}
}

/** @param {string} id */
function element(id) {
	const found = document.getElementById(id);
	if (!found) throw new Error(`the page has no ${id}`);
	return found;
}
