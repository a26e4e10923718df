'use strict';
// Replaces only the parts of the page that have changed, so that an open call stays open and keeps the focus.
(() => {
	const every = 2000;
	const byID = (id) => document.getElementById(id);
	const [filter, search, pause, trouble, copy] = ['filter', 'q', 'pause', 'trouble', 'copy'].map(byID);
	const list = document.querySelector('[data-part="calls"]');
	let paused = false;

	// The HTML of each element as it arrived, before the user opened details in it.
	const received = new WeakMap();
	const receivedHTML = (element) => received.get(element) ?? element.innerHTML;
	const remember = (element) => received.set(element, element.innerHTML);
	const parts = (call) => [call.querySelector('summary'), call.querySelector('.more')];

	const update = (old, fresh) => {
		if (receivedHTML(old) === fresh.innerHTML) return;
		const open = [...old.querySelectorAll('details')].map((d) => d.open);
		old.innerHTML = fresh.innerHTML;
		remember(old);
		old.querySelectorAll('details').forEach((d, i) => { d.open = open[i] ?? false; });
	};

	let keepOpen = true; // false until a response to a new filter is used
	// Adds new rows at the top and keeps the order of the other rows. If keepOpen is true, a row that is open or has
	// the focus is not removed.
	const updateCalls = (fresh) => {
		const before = new Map([...list.children].map((call) => [call.id, call]));
		let next = list.firstElementChild;
		for (const call of [...fresh.children]) {
			const known = before.get(call.id);
			before.delete(call.id);
			if (!known) {
				list.insertBefore(call, next);
				parts(call).forEach(remember);
				continue;
			}
			const freshParts = parts(call);
			parts(known).forEach((part, i) => update(part, freshParts[i]));
			next = known.nextElementSibling;
		}
		for (const gone of before.values()) {
			if (!(keepOpen && (gone.firstElementChild.open || gone.contains(document.activeElement)))) gone.remove();
		}
	};

	let latest = 0; // only the response to the latest refresh is used
	const refresh = async () => {
		const mine = ++latest;
		try {
			const query = new URLSearchParams(new FormData(filter));
			const response = await fetch(`/live?${query}`, { signal: AbortSignal.timeout(5 * every) });
			if (!response.ok) throw new Error(response.statusText);
			const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
			if (mine !== latest) return;
			for (const part of document.querySelectorAll('[data-part]')) {
				const freshPart = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
				if (part === list) updateCalls(freshPart);
				else update(part, freshPart);
			}
			keepOpen = true;
			if (trouble.textContent) trouble.textContent = '';
		} catch {
			if (mine === latest) trouble.textContent = 'The sandbox is not responding. Has it been stopped?';
		}
	};

	const loop = async () => {
		if (!paused && !document.hidden) await refresh();
		setTimeout(loop, every);
	};

	filter.addEventListener('input', () => {
		const query = new URLSearchParams(new FormData(filter));
		history.replaceState(null, '', search.value || query.get('show') !== 'all' ? `/?${query}` : '/'); // for a reload
		keepOpen = false;
		refresh();
	});
	filter.addEventListener('submit', (event) => event.preventDefault());
	byID('clear').addEventListener('submit', async (event) => {
		event.preventDefault();
		await fetch('/live/clear', { method: 'POST', redirect: 'manual' }).catch(() => {}); // the refresh reports errors
		keepOpen = false;
		refresh();
	});

	pause.hidden = false;
	pause.addEventListener('click', () => {
		paused = !paused;
		pause.setAttribute('aria-pressed', String(paused));
	});
	copy.hidden = !navigator.clipboard;
	copy.addEventListener('click', async () => {
		await navigator.clipboard.writeText(byID('commands').textContent + '\n');
		copy.textContent = 'Copied';
	});

	for (const call of list.children) parts(call).forEach(remember);
	setTimeout(loop, every);
})();
