((script, wasm) => {
	const turn = (ms) => new Promise((done) => setTimeout(done, ms));
	const all = (selector) => document.querySelectorAll(selector);

	// Not known before the page is read to its end; until then all of it is asleep.
	let asleep;

	// What a person does before the page is alive is done once it is.
	const pressed = new Set();
	const entered = new Set();
	let isDown = false;
	let isComposing = false;
	const isAsleep = (element) => {
		const island = element?.closest?.("leptos-island");
		return island && (!asleep || asleep.has(island));
	};
	const listeners = {
		click: ({ target }) => {
			const button = target.closest?.("button[type=button]:not([aria-disabled])");
			if (isAsleep(button)) pressed.add(button);
		},
		keydown: (event) => {
			const { key, shiftKey, target } = event;
			if (key !== "Enter" || shiftKey || event.isComposing || !target.matches?.("[data-enter=sends]")) return;
			if (!isAsleep(target) || matchMedia("(pointer: coarse)").matches) return;
			event.preventDefault();
			entered.add(target);
		},
		pointerdown: () => (isDown = true),
		pointermove: ({ buttons }) => (isDown &&= buttons > 0),
		pointerup: () => (isDown = false),
		pointercancel: () => (isDown = false),
		compositionstart: () => (isComposing = true),
		compositionend: () => (isComposing = false),
	};
	const listen = (change) => {
		for (const [event, listener] of Object.entries(listeners)) change(event, listener, true);
	};

	// The same element in what was drawn anew. What others put between ours has other names.
	const twin = (element, old, fresh) => {
		const { id, localName, name } = element;
		const look = element.getAttribute("class");
		const is = (attribute, value) => `${localName}[${attribute}="${CSS.escape(value)}"]`;
		const kind = id ? is("id", id) : name ? is("name", name) : look ? is("class", look) : localName;
		return fresh.querySelectorAll(kind)[[...old.querySelectorAll(kind)].indexOf(element)];
	};
	const carryField = (field, now) => {
		if (field.files?.length) now.files = field.files;
		else if (field.checked !== field.defaultChecked) now.checked = field.checked;
		else if (field.type !== "file" && field.value !== field.defaultValue) now.value = field.value;
		else return;
		for (const event of ["input", "change"]) now.dispatchEvent(new Event(event, { bubbles: true }));
	};
	const carryFocus = (held, now) => {
		now.focus({ preventScroll: true });
		if (typeof held.selectionStart === "number") {
			now.setSelectionRange(held.selectionStart, held.selectionEnd, held.selectionDirection);
		}
	};
	// How far each box in it was scrolled, for its twin. To be asked while nothing has changed: later the browser
	// would have to lay out the whole page for the answer, the old one and the new.
	const scrolled = (old, fresh) => {
		const boxes = [...old.querySelectorAll("[tabindex='0'], textarea")].filter((box) => box.scrollTop);
		return boxes.map((box) => [twin(box, old, fresh), box.scrollTop]).filter(([now]) => now);
	};
	const carry = (old, fresh) => {
		const each = (elements, then) => {
			for (const element of elements) {
				const now = twin(element, old, fresh);
				if (now) then(element, now);
			}
		};
		each(old.querySelectorAll("input:not([inert] *), textarea:not([inert] *)"), carryField);
		each(old.querySelectorAll("details[open]"), (_, now) => (now.open = true));
		each([document.activeElement].filter((held) => old.contains(held)), carryFocus);
		for (const noted of [pressed, entered]) {
			each([...noted].filter((element) => old.contains(element)), (element, now) => {
				noted.delete(element);
				noted.add(now);
			});
		}
	};
	// What moves goes on where it was.
	const goOn = (fresh) => {
		const painted = performance.getEntriesByName("first-paint")[0]?.startTime ?? 0;
		for (const motion of fresh.getAnimations({ subtree: true })) {
			motion.currentTime = document.timeline.currentTime - painted;
		}
	};
	// Puts what was drawn anew where the server's drawing is. A keyboard on the screen stays, because the focus goes
	// from one to the other; under a finger, or while letters are being composed, nothing is taken away.
	const settle = async (old, fresh) => {
		await turn();
		for (let waited = 0; (isDown || isComposing) && waited < 200; waited++) await turn(50);
		const boxes = scrolled(old, fresh);
		old.after(fresh);
		carry(old, fresh);
		old.remove();
		for (const [now, top] of boxes) now.scrollTop = top;
		goOn(fresh);
		asleep.delete(old);
	};
	// Ends when the island is drawn; what is left to do is added to `settling`.
	const revive = (part, old, settling) =>
		new Promise((drawn, failed) => {
			const fresh = old.cloneNode();
			const put = (isDrawn, placed) => {
				if (!isDrawn) return failed();
				settling.push(settle(old, fresh).then(placed));
				drawn();
			};
			Promise.resolve(part(fresh, put)).catch(failed);
		});

	// A page that is not alive says so; its forms work as those of any page.
	let sentence;
	const say = (what) => {
		const again = document.createElement("button");
		again.type = "button";
		again.textContent = "Load it again";
		again.onclick = () => location.reload();
		sentence?.remove();
		sentence = document.createElement("p");
		sentence.className = "failure";
		sentence.setAttribute("role", "alert");
		sentence.append(what, " ", again);
		document.body.append(sentence);
	};
	let hasFailed = false;
	const fail = () => {
		if (hasFailed) return;
		hasFailed = true;
		listen(removeEventListener);
		say(!asleep || asleep.size ? "This page could not start, so it does not change by itself." : "This page has stopped working.");
		// Whoever others see here would hear nothing: the socket is closed, and no other opened.
		dispatchEvent(new Event("pagehide"));
		delete self.WebSocket;
		for (const event of ["click", "submit", "keydown", "input", "change"]) {
			addEventListener(event, (it) => it.target.closest?.("leptos-island") && it.stopImmediatePropagation(), true);
		}
		document.documentElement.dataset.failed = "";
		for (const pill of document.querySelectorAll(".pill")) {
			pill.className = "pill pill--off";
			pill.lastElementChild.textContent = "Stopped";
		}
		for (const field of entered) field.form?.requestSubmit();
	};
	const onError = (error) => {
		if (self.WebAssembly && error instanceof WebAssembly.RuntimeError) fail();
	};

	// All side by side: each would else be asked for when the one before it has come.
	const asked = new Set();
	const ask = () => {
		const files = [...all("leptos-island[data-files]")].flatMap((island) => island.dataset.files.split(" "));
		for (const href of [wasm, script, ...files]) {
			if (asked.has(href)) continue;
			asked.add(href);
			const rel = href.endsWith(".js") ? "modulepreload" : "preload";
			const link = Object.assign(document.createElement("link"), { rel, href, crossOrigin: "anonymous" });
			if (rel === "preload") link.as = "fetch";
			document.head.append(link);
		}
	};
	const isRead = new Promise((done) => addEventListener("DOMContentLoaded", done));

	let hasBegun = false;
	const wake = async () => {
		if (hasBegun) return;
		hasBegun = true;
		const late = setTimeout(() => hasFailed || say("This page is taking long to start."), 20_000);
		try {
			await isRead;
			asleep = new Set(all("leptos-island"));
			ask();
			const bytes = fetch(wasm);
			bytes.catch(() => {}); // told below
			const parts = await import(script);
			await parts.default({ module_or_path: bytes });
			parts.start();
			const settling = [];
			for (const island of [...asleep]) {
				await turn();
				await revive(parts[island.dataset.component], island, settling);
			}
			await Promise.all(settling);
			await turn();
		} catch (error) {
			console.error(error);
			fail();
		}
		clearTimeout(late);
		if (hasFailed) return;
		sentence?.remove();
		listen(removeEventListener);
		for (const button of pressed) if (button.isConnected) button.click();
		for (const field of entered) if (field.isConnected) field.form?.requestSubmit();
		performance.mark("alive");
	};
	listen(addEventListener);
	addEventListener("error", ({ error }) => onError(error));
	addEventListener("unhandledrejection", ({ reason }) => onError(reason));
	new PerformanceObserver(wake).observe({ type: "paint", buffered: true });
	isRead.then(() => setTimeout(wake, document.hidden ? 0 : 1000));
	setTimeout(ask, 300);
})
