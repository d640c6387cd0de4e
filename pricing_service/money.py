"""Currencies: the ISO 4217 codes and how many decimals each is paid in."""

from __future__ import annotations

from pydantic import JsonValue

_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS
VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

MINOR_UNITS = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}
"""Decimals of each currency, by ISO 4217 code."""

CODES: dict[str, JsonValue] = {"enum": [*sorted(MINOR_UNITS)]}
"""What a schema adds to a field that holds a code."""


class UnknownCurrency(ValueError):
    """A word that is no ISO 4217 code."""


def currency_code(word: str) -> str:
    """Return `word` as an ISO 4217 code.

    Raises
    ------
    UnknownCurrency
        When it is not one, with the way out.

    Examples
    --------
    >>> currency_code("eur"), MINOR_UNITS["JPY"]
    ('EUR', 0)
    """
    code = word.strip().upper()
    if code not in MINOR_UNITS:
        raise UnknownCurrency(f"{word!r} is not a currency: give an ISO 4217 code such as EUR or USD")
    return code
