/**
 * What a card does with a recommendation, apart from how it looks: it reads it, words it, and tells what became of it.
 *
 * A plain module without a platform. HubSpot's card and Salesforce's component have the same file, to the byte, and it is
 * what the tests run.
 *
 *     loading → shown → sending → told         sending → failed → sending, with the same request id
 *             ↘ problem → loading              shown → later → shown
 */

/** Codes in plain words; the service's own words, and a test keeps them equal. */
export const WORDS = {
  nothing_published: 'no decision on it is in force',
  not_analysed: 'no analysis tells of it',
  would_leave: 'it would rather leave than pay any tier',
  pays_it_already: 'it pays that much already',
  not_raised: 'no raise was decided for it',
  no_plan: 'the data name no plan',
  not_a_customer_now: 'it is no paying customer now',
  no_bills: 'the data hold no bills',
  no_day_told: 'no day was told',
  unlimited: 'nothing is limited',
  no_overage: 'nothing can be used beyond what is included',
  value_added: 'their value has grown since their last price',
  catch_up: 'they pay less than the fair share of the value that they had before',
  grandfathered: 'they keep their price for good',
  raise_coming: 'they were told a raise that is not in force yet',
  value_unknown: 'nothing tells what they get',
  no_value: 'no value was achieved with it',
  pays_its_share_already: 'they pay their share of their value already',
  not_earned: 'their value has not grown enough since their last price',
  raised_recently: 'their price was set within a year',
  not_due_in_time: 'their price may not change within the months that count',
  contract_allows_none: 'their contract allows no raise',
  not_worth_its_churn: 'a raise would cost more in churn than it brings',
  not_identified: 'data of this kind cannot tell it, however much there is',
  hold_out: 'the lot holds it out, to learn from',
};

const CONFIDENCE = {
  high: 'high: learned from raises given by lot, and what this customer gets is measured',
  medium: 'medium: learned otherwise than by lot, or a tier without a raise',
  low: 'low: how customers answer raises was not learned from these data',
  none: 'none: nothing decided is about this customer',
};
const RELEASED = 'released:';
const LONGEST_REASON = 2000;
const HIGHEST_PRICE = 1e15;
const HUBSPOT_WAITS = 15000; // milliseconds; the first read after a publication makes a snapshot first

/** Say a code in words; one without words of its own loses its underscores. */
export function inWords(code) {
  if (code.startsWith(RELEASED)) return `${code.slice(RELEASED.length)} was released since`;
  return Object.hasOwn(WORDS, code) ? WORDS[code] : code.replaceAll('_', ' ').trim();
}

/** Write an amount with its currency; an amount or a currency that is not known is said to be. */
export function money(amount, currency) {
  if (amount === null || amount === undefined || !currency) return 'not known';
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `${amount.toLocaleString('en-US', digits)} ${currency}`;
}

/** Word a recommendation: a headline, rows of label and text, reasons, what runs against it, and whether to answer it. */
export function inSentences(recommendation, today = new Date().toISOString().slice(0, 10)) {
  const { current, currency, tier, raise } = recommendation;
  const paid = current.mrr === null ? `unknown: ${inWords(current.reasons.mrr)}` : monthly(current.mrr, currency);
  const rows = [{ label: 'Now', text: current.plan === null ? paid : `${current.plan}, ${paid}` }];
  if (raise) rows.push({ label: 'Raise', text: raised(raise, currency) });
  if (tier) rows.push({ label: 'Tier', text: fits(tier, currency) });
  rows.push({ label: 'Confidence', text: CONFIDENCE[recommendation.confidence] ?? recommendation.confidence });
  rows.push({ label: 'Valid until', text: recommendation.valid_until });
  const over = recommendation.valid_until < today;
  return {
    headline: recommendation.headline,
    currency,
    validUntil: recommendation.valid_until,
    rows,
    reasons: [...(raise?.reasons ?? []), ...(tier?.reasons ?? [])].map(inWords),
    missing: ['raise', 'tier'].filter((part) => !recommendation[part]).map((part) => without(recommendation, part)),
    warning: over ? `It was valid until ${recommendation.valid_until}: ask for a new analysis before you use it.` : null,
    answerable: recommendation.confidence !== 'none' && !over,
  };
}

function monthly(amount, currency) {
  return `${money(amount, currency)} a month`;
}

function raised(raise, currency) {
  const since = raise.effective ? ` from ${raise.effective} on` : '';
  return `to ${monthly(raise.to_mrr, currency)}${since} (+${(raise.share * 100).toFixed(1)} %)`;
}

function fits(tier, currency) {
  const own = tier.bill === null ? '' : `; ${monthly(tier.bill, currency)} with its own use`;
  return `${tier.name} at ${monthly(tier.price, currency)}${own}`;
}

function without(recommendation, part) {
  return `No ${part}: ${inWords(recommendation.reasons[part] ?? '') || 'the data do not carry it'}.`;
}

/** Say what went wrong, and what the seller does about it; `again`: trying once more may help; `moved`: read again first. */
export function trouble(status, problem, place) {
  const code = problem?.code ?? '';
  if (status === 404) {
    return {
      title: 'No recommendation for this record',
      todo: `Ask whoever sends your data to the pricing service to add this record to the table external_ids: ${place}.`,
      again: false,
    };
  }
  if (status === 401 || status === 403) {
    return {
      title: 'The pricing service does not let this card in',
      todo: 'Ask your administrator to compare the key, the secret and the address with the page on CRMs.',
      again: false,
    };
  }
  if (status === 409 && code === 'content_moved') {
    return {
      title: 'The recommendation has changed since you opened it',
      todo: 'Your answer was not kept. Read the new recommendation, and answer that one.',
      again: true,
      moved: true,
    };
  }
  if (status === 429) {
    return { title: 'Too many questions at once', todo: 'Wait a minute and try again.', again: true };
  }
  if (status >= 400 && status < 500) {
    return { title: 'The pricing service did not take this', todo: problem?.detail ?? 'Tell your administrator.', again: false };
  }
  return {
    title: 'The pricing service did not answer',
    todo: 'Nothing is lost. Try again in a minute; if it goes on, tell your administrator.',
    again: true,
  };
}

/** Say what was kept of an answer. */
export function kept(said) {
  const when = said.given_at.slice(0, 10);
  if (said.accepted) return `Kept on ${when}: the recommendation was accepted.`;
  return `Kept on ${when}: ${monthly(said.price, said.currency)} was agreed instead.`;
}

/** Check an override as it was typed; `fault` says what is missing, `said` is what the service takes. */
export function overriding(price, reason) {
  const amount = typeof price === 'number' ? price : Number.parseFloat(price);
  const text = (reason ?? '').trim();
  if (!Number.isFinite(amount) || amount < 0 || amount > HIGHEST_PRICE || Number.isNaN(Number(price))) {
    return { fault: 'Write the price that was agreed, a month, as a number such as 205.50.' };
  }
  if (!text) return { fault: 'Say in a few words why: that is what the next recommendation learns from.' };
  if (text.length > LONGEST_REASON) return { fault: `Say it in at most ${LONGEST_REASON} characters.` };
  return { said: { overridden: true, price: amount, reason: text } };
}

/** Make an id for one answer: sent again under it, the answer is kept once, though no header says so. */
export function newRequestId(now = Date.now(), chance = Math.random()) {
  return `${now.toString(36)}-${chance.toString(36).slice(2, 14)}`;
}

/** Reach the service as HubSpot lets a card do: no headers, JSON bodies, and HubSpot signs. */
export function overFetch(fetch, origin, system, externalId) {
  const ask = async (path, options) => {
    const answer = await fetch(`${origin}${path}`, options);
    return { status: answer.status, body: await answer.json().catch(() => null) };
  };
  const record = `${encodeURIComponent(system)}/${encodeURIComponent(externalId)}`;
  return {
    place: `${system}, ${externalId}`,
    read: () => ask(`/v1/customers/by-external-id/${record}/recommendation`, { method: 'GET', timeout: HUBSPOT_WAITS }),
    tell: (id, said) =>
      ask(`/v1/recommendations/${encodeURIComponent(id)}/feedback`, { method: 'POST', timeout: HUBSPOT_WAITS, body: said }),
  };
}

/** Reach the service through Apex: `read` and `tell` are the methods of the class PricingRecommendations. */
export function overApex(read, tell, recordId) {
  const parsed = ({ status, body }) => ({ status, body: body ? JSON.parse(body) : null });
  return {
    place: `salesforce, ${recordId}`,
    read: async (etag) => parsed(await read({ recordId, etag: etag ?? null })),
    tell: async (id, said) => parsed(await tell({ recommendationId: id, said: JSON.stringify(said) })),
  };
}

/**
 * Hold one card's state.
 *
 * `service` is as `overFetch` makes it: `read(etag)` and `tell(id, said)` answer `{status, body}`, or reject where nobody
 * answers. `changed` is called with every new state.
 */
export function openCard(service, changed, { newId = newRequestId } = {}) {
  /** @type {{phase: string, recommendation: any, problem: ReturnType<typeof trouble> | null, said: any}} */
  let state = { phase: 'loading', recommendation: null, problem: null, said: null };
  const become = (next) => {
    state = { ...state, problem: null, ...next };
    changed(state);
  };
  const asked = async (question) => {
    try {
      return await question;
    } catch {
      return { status: 0, body: null };
    }
  };
  const send = async (said) => {
    if (state.phase === 'sending') return;
    become({ phase: 'sending', said });
    const { status, body } = await asked(service.tell(state.recommendation.id, said));
    if (status === 201) become({ phase: 'told', said: body });
    else become({ phase: 'failed', problem: trouble(status, body, service.place) });
  };
  const answer = (said) => send({ ...said, etag: state.recommendation.etag, request_id: newId() });
  const card = {
    state: () => state,
    async load() {
      const held = state.recommendation;
      become({ phase: 'loading' });
      const { status, body } = await asked(service.read(held?.etag));
      if (status === 304) become({ phase: 'shown', said: null });
      else if (status === 200) become({ phase: 'shown', recommendation: body, said: null });
      else become({ phase: 'problem', problem: trouble(status, body, service.place) });
    },
    accept: () => answer({ accepted: true }),
    async override(price, reason) {
      const { said, fault } = overriding(price, reason);
      if (!fault) await answer(said);
      return fault ?? null;
    },
    again: () => (state.phase === 'failed' && !state.problem.moved ? send(state.said) : card.load()),
    later: () => become({ phase: 'later' }),
    back: () => become({ phase: 'shown' }),
  };
  return card;
}
