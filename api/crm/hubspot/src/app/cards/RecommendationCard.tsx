/** The card on a company's record: how `recommendation.js` looks in HubSpot. */
import {
  Alert,
  Button,
  ButtonRow,
  DescriptionList,
  DescriptionListItem,
  Divider,
  ErrorState,
  Flex,
  Heading,
  hubspot,
  List,
  LoadingSpinner,
  NumberInput,
  Text,
  TextArea,
} from '@hubspot/ui-extensions';
import { useEffect, useMemo, useState } from 'react';

import { inSentences, kept, openCard, overFetch } from './recommendation.js';
import { ORIGIN, SYSTEM } from './service';

hubspot.extend<'crm.record.sidebar'>(({ context }) => <RecommendationCard objectId={context.crm.objectId} />);

type Card = ReturnType<typeof openCard>;
type State = ReturnType<Card['state']>;

export function RecommendationCard({ objectId }: { objectId: number | string }) {
  const [state, setState] = useState<State>();
  const card = useMemo(
    () => openCard(overFetch(hubspot.fetch, ORIGIN, SYSTEM, String(objectId)), setState),
    [objectId],
  );
  useEffect(() => {
    void card.load();
  }, [card]);

  if (state === undefined || state.phase === 'loading') {
    return <LoadingSpinner label="Asking the pricing service" showLabel />;
  }
  if (state.problem && !state.recommendation) {
    return <Trouble problem={state.problem} card={card} />;
  }
  return <Shown state={state} card={card} />;
}

function Trouble({ problem, card }: { problem: NonNullable<State['problem']>; card: Card }) {
  return (
    <ErrorState title={problem.title}>
      <Text>{problem.todo}</Text>
      {problem.again && <Button onClick={() => void card.again()}>Try again</Button>}
    </ErrorState>
  );
}

function Shown({ state, card }: { state: State; card: Card }) {
  const told = inSentences(state.recommendation);
  return (
    <Flex direction="column" gap="small">
      <Heading>{told.headline}</Heading>
      {told.warning && <Alert title="Out of date" variant="warning">{told.warning}</Alert>}
      <DescriptionList direction="column">
        {told.rows.map(({ label, text }) => (
          <DescriptionListItem key={label} label={label}>
            <Text>{text}</Text>
          </DescriptionListItem>
        ))}
      </DescriptionList>
      {told.reasons.length > 0 && (
        <List variant="unordered">
          {told.reasons.map((reason) => <Text key={reason}>{reason}</Text>)}
        </List>
      )}
      {told.missing.map((sentence) => <Text key={sentence} variant="microcopy">{sentence}</Text>)}
      <Divider />
      <Answer state={state} card={card} told={told} />
    </Flex>
  );
}

function Answer({ state, card, told }: { state: State; card: Card; told: ReturnType<typeof inSentences> }) {
  const [overriding, setOverriding] = useState(false);
  if (state.phase === 'told') {
    return <Alert title="Thank you" variant="success">{kept(state.said)}</Alert>;
  }
  if (state.problem) {
    return <Trouble problem={state.problem} card={card} />;
  }
  if (state.phase === 'later') {
    return (
      <Flex direction="column" gap="small">
        <Text>Nothing was kept. The recommendation stays here until {told.validUntil}.</Text>
        <Button onClick={() => card.back()}>Answer now</Button>
      </Flex>
    );
  }
  if (!told.answerable) {
    return null;
  }
  const sending = state.phase === 'sending';
  if (overriding) {
    return <Override card={card} currency={told.currency} sending={sending} leave={() => setOverriding(false)} />;
  }
  return (
    <ButtonRow>
      <Button variant="primary" disabled={sending} onClick={() => void card.accept()}>Accepted</Button>
      <Button disabled={sending} onClick={() => setOverriding(true)}>Overridden</Button>
      <Button variant="transparent" disabled={sending} onClick={() => card.later()}>Later</Button>
    </ButtonRow>
  );
}

function Override(
  { card, currency, sending, leave }: { card: Card; currency: string; sending: boolean; leave: () => void },
) {
  const [price, setPrice] = useState<number>();
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  return (
    <Flex direction="column" gap="small">
      <NumberInput
        label={`Price agreed, ${currency} a month`}
        name="price"
        min={0}
        precision={2}
        value={price}
        onChange={setPrice}
      />
      <TextArea label="Why" name="reason" maxLength={2000} value={reason} onChange={setReason} />
      {fault && <Text variant="microcopy">{fault}</Text>}
      <ButtonRow>
        <Button
          variant="primary"
          disabled={sending}
          onClick={() => void card.override(price, reason).then(setFault)}
        >
          Keep this answer
        </Button>
        <Button disabled={sending} onClick={leave}>Back</Button>
      </ButtonRow>
    </Flex>
  );
}
