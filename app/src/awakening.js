((script, wasm) => {
	const turn = () => new Promise((done) => setTimeout(done));
	const asleep = new Set();
	const pressed = new Set();
	const note = ({ target }) => {
		const button = target.closest?.("button[type=button]:not([aria-disabled])");
		if (asleep.has(button?.closest("leptos-island"))) pressed.add(button);
	};
	const entered = new Set();
	const noteEnter = ({ key, shiftKey, isComposing, target }) => {
		const sends = key === "Enter" && !shiftKey && !isComposing && target.matches?.("[data-enter=sends]");
		if (sends && asleep.has(target.closest("leptos-island"))) entered.add(target.form);
	};
	let isAwake = false;
	const wake = async () => {
		if (isAwake) return;
		isAwake = true;
		const bytes = fetch(wasm);
		const islands = await import(script);
		await islands.default({ module_or_path: bytes });
		islands.hydrate();
		for (const island of asleep) {
			await turn();
			islands[island.dataset.component]?.(island);
			asleep.delete(island);
		}
		await turn();
		removeEventListener("click", note, true);
		removeEventListener("keydown", noteEnter, true);
		for (const button of pressed) if (button.isConnected) button.click();
		for (const form of entered) if (form?.isConnected) form.requestSubmit();
	};
	for (const island of document.querySelectorAll("leptos-island")) asleep.add(island);
	addEventListener("click", note, true);
	addEventListener("keydown", noteEnter, true);
	new PerformanceObserver(wake).observe({ type: "paint", buffered: true });
	setTimeout(wake, document.hidden ? 0 : 1000);
})
