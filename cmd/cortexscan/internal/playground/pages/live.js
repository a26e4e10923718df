'use strict';
// Puts in place what has changed, and leaves the rest alone: a call that is open stays open, and the focus
// stays where it is.
(() => {
	const every = 2000;
	const live = document.getElementById('live');
	const pause = document.getElementById('pause');
	const trouble = document.getElementById('trouble');
	let paused = false;

	const update = (old, fresh) => {
		if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
	};

	// Calls keep their order and only the newest are added. One that is being read is not taken away.
	const updateCalls = (old, fresh) => {
		const before = new Map([...old.children].map((call) => [call.id, call]));
		const added = [];
		for (const call of fresh.children) {
			const known = before.get(call.id);
			before.delete(call.id);
			if (!known) {
				added.push(call);
				continue;
			}
			for (const part of ['summary', '.more']) update(known.querySelector(part), call.querySelector(part));
		}
		for (const gone of before.values()) {
			if (!gone.firstElementChild.open && !gone.contains(document.activeElement)) gone.remove();
		}
		old.prepend(...added);
	};

	const refresh = async () => {
		const answer = await fetch('/live', { signal: AbortSignal.timeout(5 * every) });
		if (!answer.ok) throw new Error(answer.statusText);
		const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
		for (const part of live.querySelectorAll('[data-part]')) {
			const name = part.dataset.part;
			(name === 'calls' ? updateCalls : update)(part, fresh.querySelector(`[data-part="${name}"]`));
		}
	};

	const loop = async () => {
		if (!paused && !document.hidden) {
			try {
				await refresh();
				if (trouble.textContent) trouble.textContent = '';
			} catch {
				trouble.textContent = 'The sandbox does not answer. Has it been stopped?';
			}
		}
		setTimeout(loop, every);
	};

	pause.hidden = false;
	pause.addEventListener('click', () => {
		paused = !paused;
		pause.textContent = paused ? 'Resume updates' : 'Pause updates';
	});
	setTimeout(loop, every);
})();
