((script, wasm) => {
	const turn = () => new Promise((done) => setTimeout(done));
	const asleep = new Set();
	const pressed = new Set();
	const note = ({ target }) => {
		const button = target.closest?.("button[type=button]:not([aria-disabled])");
		if (asleep.has(button?.closest("leptos-island"))) pressed.add(button);
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
		for (const button of pressed) if (button.isConnected) button.click();
	};
	for (const island of document.querySelectorAll("leptos-island")) asleep.add(island);
	addEventListener("click", note, true);
	new PerformanceObserver(wake).observe({ type: "paint", buffered: true });
	setTimeout(wake, document.hidden ? 0 : 1000);
})
