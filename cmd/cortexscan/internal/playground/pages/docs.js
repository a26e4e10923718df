import { canSign, credentials, curl, quote } from './sign.js';

// The key for the requests: the sandbox's key until the user types another key.
const form = document.getElementById('key-form');
const status = document.getElementById('key-status');
const trouble = document.getElementById('key-trouble');
const own = Object.freeze({ ...form.dataset });
let key = own;

const readKey = () => {
	const { type, id, secret } = Object.fromEntries(new FormData(form));
	key = type === own.type && id === own.id && secret === own.secret ? own : { type, id, secret };
	status.textContent = `${key === own ? 'the sandbox’s key' : 'your own key'} (${key.type}, ID ${key.id || 'missing'})`;
	trouble.textContent = canSign(key) ? '' :
		'This browser can sign requests only on pages that it loads from this machine or over HTTPS. ' +
		'Without a signature, the sandbox rejects the requests with status 401. ' +
		'To send requests from this page, start the sandbox with --key-type standard.';
};
form.addEventListener('input', readKey);
form.addEventListener('reset', () => setTimeout(readKey)); // after the fields are reset
form.addEventListener('submit', (event) => event.preventDefault());
readKey();

// Swagger UI would show a form for each security scheme. Each scheme is one header, so a table describes the headers
// instead.
const schemesAsTable = (schemes) => Object.values(schemes ?? {}).reduce(
	(table, { name, description }) => `${table}\n| \`${name}\` | ${(description ?? '').replaceAll(/\s+/g, ' ')} |`,
	'\n\n**Authentication headers.** This page sends them for you.\n\n| header | value |\n|---|---|',
);

// A script cannot set the User-Agent, so the page does not ask for it.
const withoutUserAgent = (spec) => {
	const find = (parameter) => parameter.$ref?.startsWith('#/') ?
		parameter.$ref.slice(2).split('/').reduce((at, name) => at?.[name], spec) ?? parameter : parameter;
	const isUserAgent = (parameter) => {
		const { in: place, name } = find(parameter);
		return place === 'header' && name?.toLowerCase() === 'user-agent';
	};
	const filter = (item) => item?.parameters ? { ...item, parameters: item.parameters.filter((p) => !isUserAgent(p)) } : item;
	const paths = Object.entries(spec.paths ?? {}).map(([path, item]) => [path,
		Object.fromEntries(Object.entries(filter(item)).map(([key, value]) => [key, filter(value)]))]);
	return { ...spec, paths: Object.fromEntries(paths) };
};

const adapt = (spec) => ({
	...withoutUserAgent(spec),
	servers: [{ url: location.origin }], // instead of the tenant's host
	info: { ...spec.info, description: (spec.info.description ?? '') + schemesAsTable(spec.components?.securitySchemes) },
});

// These components replace components of Swagger UI.
const sandboxPlugin = ({ React: { createElement: h, useState } }) => {
	// Shows the operations before the description of the API.
	const Reference = ({ getComponent, specSelectors }) => {
		if (specSelectors.loadingStatus() !== 'success') return h(getComponent('BaseLayout', true));
		const part = (name) => h(getComponent(name, true));
		return h('div', { className: 'swagger-ui' },
			h(getComponent('SvgAssets')),
			h('div', { className: 'wrapper' }, part('errors'), part('operations')),
			h('section', { className: 'wrapper about', id: 'about', 'aria-label': 'About the API' }, part('InfoContainer')),
			h('div', { className: 'wrapper' }, part('Models')));
	};

	const Curl = ({ request }) => {
		const [copied, setCopied] = useState(false);
		const secret = key === own ? quote(key.secret) : '"$CORTEXCLOUD_API_KEY"';
		const { method, url, headers, body } = request.toJS();
		const command = curl({ method: method.toUpperCase(), url, headers: headers ?? {}, body }, key, secret);
		const copy = () => navigator.clipboard.writeText(command).then(() => setCopied(true), () => setCopied(false));
		return h('div', { className: 'command' },
			h('h4', null, 'curl'),
			h('p', null,
				key.type === 'standard' ? 'The same request for a POSIX shell.' :
					'The same request for a POSIX shell with openssl. Each time the command runs, it creates a new signature, because a signature is valid for only one request.',
				key === own ? '' : ' The command reads your key from CORTEXCLOUD_API_KEY.'),
			h('pre', { className: 'box', tabIndex: 0, 'aria-label': 'Command' }, command),
			h('button', { type: 'button', className: 'copy', onClick: copy }, copied ? 'Copied' : 'Copy'));
	};

	return {
		components: { Reference, curl: Curl, authorizeOperationBtn: () => null, TryItOutButton: () => null },
		statePlugins: { spec: { wrapActions: { updateJsonSpec: (original) => (spec) => original(adapt(spec)) } } },
	};
};

SwaggerUIBundle({
	url: '/openapi.yaml',
	dom_id: '#reference',
	layout: 'Reference',
	plugins: [sandboxPlugin],
	validatorUrl: null,
	deepLinking: true,
	tryItOutEnabled: true,
	defaultModelsExpandDepth: 0,
	defaultModelExpandDepth: 3,
	displayRequestDuration: true,
	syntaxHighlight: { activated: false }, // its colors suit only one background
	responseInterceptor: (response) => {
		responded = executed;
		return response;
	},
	requestInterceptor: async (request) => {
		if (!request.loadSpec && canSign(key)) Object.assign(request.headers, await credentials(key));
		return request;
	},
});

// The operation that was executed last, and the operation whose response is shown next.
let executed = null;
let responded = null;
const showResponse = () => {
	const table = responded?.querySelector('.live-responses-table');
	if (!table) return;
	responded = null;
	requestAnimationFrame(() => table.querySelector('tbody').scrollIntoView({ block: 'nearest' })); // by then, the table has its final size
};

// Names for controls that Swagger UI leaves unnamed.
const unnamed = {
	'.examples-select select': 'Example',
	'.content-type': 'Media type',
	'textarea.body-param__text': 'Request body',
	'.copy-to-clipboard button': 'Copy',
	'.model-box-control': 'Show or hide the schema',
};
const reference = document.getElementById('reference');
reference.addEventListener('click', ({ target }) => {
	if (target.closest('.execute')) executed = target.closest('.opblock');
}, true);
new MutationObserver(() => {
	showResponse();
	for (const [selector, name] of Object.entries(unnamed)) {
		for (const control of reference.querySelectorAll(`${selector}:not([aria-label])`)) {
			if (control.localName !== 'button' || !control.textContent.trim()) control.setAttribute('aria-label', name);
		}
	}
	for (const row of reference.querySelectorAll('tr[data-param-name]')) {
		for (const control of row.querySelectorAll(':is(input, select, button):not([aria-label])')) {
			const verb = control.localName === 'button' && (control.textContent.trim() || 'Remove item');
			control.setAttribute('aria-label', verb ? `${verb}, ${row.dataset.paramName}` : row.dataset.paramName);
		}
	}
}).observe(reference, { childList: true, subtree: true });
