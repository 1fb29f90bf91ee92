"""What the pages say, in both languages: the journeys look for these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.e2e.visitor import Locale


@dataclass(frozen=True, kw_only=True)
class Words:
    add_to_cart: str
    check_out: str
    to_confirmation: str
    place: str
    thanks: str
    mail_thanks: str
    mail_shipped: str
    paid: str
    confirmed: str
    processing: str
    shipped: str
    cancelled: str
    start: str
    ship: str
    declined: str
    confirm_at_bank: str
    cancel: str
    track: str
    terms: tuple[str, ...]


WORDS: Final[dict[Locale, Words]] = {
    "ja": Words(
        add_to_cart="カートに入れる",
        check_out="レジに進む",
        to_confirmation="確認へ進む",
        place="注文を確定する",
        thanks="ご注文ありがとうございます",
        mail_thanks="ご注文ありがとうございます",
        mail_shipped="商品を発送しました",
        paid="支払い済み",
        confirmed="確認済み",
        processing="処理中",
        shipped="発送済み",
        cancelled="キャンセル",
        start="処理中にする",
        ship="発送する",
        declined="お支払いが完了していません",
        confirm_at_bank="認証する",
        cancel="注文をキャンセル",
        track="配送状況を確認する",
        terms=("支払時期", "支払方法", "引渡時期", "返品・キャンセル", "申込期限"),
    ),
    "en": Words(
        add_to_cart="Add to cart",
        check_out="Proceed to checkout",
        to_confirmation="Continue to confirmation",
        place="Place the order",
        thanks="Thank you for your order",
        mail_thanks="Thank you for your order",
        mail_shipped="on its way",
        paid="Paid",
        confirmed="Confirmed",
        processing="Processing",
        shipped="Shipped",
        cancelled="Cancelled",
        start="Start processing",
        ship="Ship",
        declined="The payment did not go through",
        confirm_at_bank="Confirm",
        cancel="Cancel the order",
        track="Track the parcel",
        terms=(
            "When you pay",
            "Ways to pay",
            "Delivery time",
            "Returns and cancellation",
            "Time limit for orders",
        ),
    ),
}
