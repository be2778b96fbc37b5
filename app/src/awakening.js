((script, wasm) => {
	let isAwake = false;
	const wake = async () => {
		if (isAwake) return;
		isAwake = true;
		const bytes = fetch(wasm);
		const islands = await import(script);
		await islands.default({ module_or_path: bytes });
		islands.hydrate();
		for (const island of document.querySelectorAll("leptos-island")) {
			await new Promise((done) => setTimeout(done));
			islands[island.dataset.component]?.(island);
		}
	};
	new PerformanceObserver(wake).observe({ type: "paint", buffered: true });
	setTimeout(wake, document.hidden ? 0 : 1000);
})
