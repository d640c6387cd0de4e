/** The component on an account's page: how `recommendation.js` looks in Salesforce. */
import { LightningElement, api } from 'lwc';
import read from '@salesforce/apex/PricingRecommendations.read';
import tell from '@salesforce/apex/PricingRecommendations.tell';
import { inSentences, kept, openCard, overApex } from 'c/recommendation';

export default class PricingRecommendation extends LightningElement {
  @api recordId;
  state;
  overriding = false;
  price = '';
  reason = '';
  fault = null;

  connectedCallback() {
    this.card = openCard(overApex(read, tell, this.recordId), (state) => {
      this.state = state;
    });
    this.card.load();
  }

  get loading() {
    return !this.state || this.state.phase === 'loading';
  }

  get sending() {
    return this.state?.phase === 'sending';
  }

  get problem() {
    return this.loading ? null : this.state.problem;
  }

  get told() {
    return this.loading || !this.state.recommendation ? null : inSentences(this.state.recommendation);
  }

  get kept() {
    return this.state?.phase === 'told' ? kept(this.state.said) : null;
  }

  get later() {
    return this.state?.phase === 'later';
  }

  get asking() {
    return !this.problem && !this.kept && !this.later && this.told?.answerable;
  }

  get choosing() {
    return this.asking && !this.overriding;
  }

  get writing() {
    return this.asking && this.overriding;
  }

  get priceLabel() {
    return `Price agreed, ${this.told.currency} a month`;
  }

  again() {
    this.card.again();
  }

  refresh() {
    this.card.load();
  }

  accept() {
    this.card.accept();
  }

  postpone() {
    this.card.later();
  }

  back() {
    this.card.back();
  }

  startOverride() {
    this.overriding = true;
  }

  leaveOverride() {
    this.overriding = false;
  }

  write(event) {
    this[event.target.name] = event.target.value;
  }

  async keepOverride() {
    this.fault = await this.card.override(this.price, this.reason);
  }
}
