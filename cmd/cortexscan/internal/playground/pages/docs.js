'use strict';
(() => {
	const note = document.getElementById('note');
	const { id, type, secret } = note.dataset;

	// Swagger UI has a dark mode, but does not look for what the reader prefers.
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const setMode = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
	dark.addEventListener('change', setMode);
	setMode();

	const canSign = type === 'standard' || Boolean(crypto.subtle);
	if (!canSign) {
		note.textContent = 'This browser makes signatures only for pages on the same machine, or from https: “Try it out” will be ' +
			'refused with 401. Start the sandbox with --key-type standard to try it from here.';
	}

	const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');

	const credentials = async () => {
		if (type === 'standard') return { 'x-xdr-auth-id': id, Authorization: secret };
		const nonce = hex(crypto.getRandomValues(new Uint8Array(32)));
		const timestamp = String(Date.now());
		const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret + nonce + timestamp));
		return {
			'x-xdr-auth-id': id,
			'x-xdr-nonce': nonce,
			'x-xdr-timestamp': timestamp,
			Authorization: hex(new Uint8Array(digest)),
		};
	};

	SwaggerUIBundle({
		url: '/openapi.yaml',
		dom_id: '#reference',
		validatorUrl: null,
		deepLinking: true,
		defaultModelsExpandDepth: 0,
		defaultModelExpandDepth: 3,
		displayRequestDuration: true,
		requestSnippetsEnabled: false,
		// The contract names the tenant's host; here it is this one.
		plugins: [{
			statePlugins: {
				spec: {
					wrapActions: {
						updateJsonSpec: (original) => (spec) =>
							original({ ...spec, servers: [{ url: location.origin, description: 'this sandbox' }] }),
					},
				},
			},
		}],
		// Every request is signed anew: the sandbox, like the service, refuses a nonce that it has seen. What
		// "Authorize" has put on it stays.
		requestInterceptor: async (request) => {
			const own = Object.keys(request.headers ?? {}).some((name) => /^(authorization|x-xdr-.*)$/i.test(name));
			if (!request.loadSpec && !own && canSign) Object.assign(request.headers, await credentials());
			return request;
		},
	});
})();
