// Signs the requests of the API reference, and builds curl commands that sign their requests.

// A key is { type: 'advanced' | 'standard', id, secret }.

// Browsers provide crypto.subtle only to pages from the same machine or over https.
export const canSign = (key) => key.type === 'standard' || Boolean(globalThis.crypto?.subtle);

const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');

// credentials returns the headers for one request. Like the service, the sandbox rejects a nonce that was used
// before.
export const credentials = async (key) => {
	if (key.type === 'standard') return { 'x-xdr-auth-id': key.id, Authorization: key.secret };
	const nonce = hex(crypto.getRandomValues(new Uint8Array(32)));
	const timestamp = String(Date.now());
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key.secret + nonce + timestamp));
	return {
		'x-xdr-auth-id': key.id,
		'x-xdr-nonce': nonce,
		'x-xdr-timestamp': timestamp,
		Authorization: hex(new Uint8Array(digest)),
	};
};

const isCredential = (name) => /^(authorization|x-xdr-.*)$/i.test(name);
export const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

// curl returns a command for a POSIX shell that sends the request, with a new signature each time. secret is the key as a
// shell word.
export const curl = ({ method, url, headers, body }, key, secret) => {
	const lines = [];
	const options = [];
	for (const [name, value] of Object.entries(headers)) {
		if (!isCredential(name)) options.push(`-H ${quote(`${name}: ${value}`)}`);
	}
	options.push(`-H ${quote(`x-xdr-auth-id: ${key.id}`)}`);
	if (key.type === 'standard') {
		lines.push(`key=${secret}`);
		options.push('-H "Authorization: $key"');
	} else {
		lines.push(
			`key=${secret}`,
			'nonce=$(openssl rand -hex 32) timestamp=$(date +%s)000',
			`signature=$(printf %s "$key$nonce$timestamp" | openssl dgst -sha256 -r | cut -d ' ' -f 1)`,
		);
		options.push('-H "x-xdr-nonce: $nonce"', '-H "x-xdr-timestamp: $timestamp"', '-H "Authorization: $signature"');
	}
	if (body) options.push(`--data-raw ${quote(body)}`); // -d reads a file if the body begins with @
	return [...lines, [`curl -X ${method} ${quote(url)}`, ...options].join(' \\\n  ')].join('\n');
};
