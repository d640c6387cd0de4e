/** Where the pricing service is. The same address stands in app-hsmeta.json, and in PRICING_SERVICE_HUBSPOT_PORTALS. */
export const ORIGIN = 'https://pricing.example.com';

/** What the table external_ids calls HubSpot; the external id is the company's record id. */
export const SYSTEM = 'hubspot';
