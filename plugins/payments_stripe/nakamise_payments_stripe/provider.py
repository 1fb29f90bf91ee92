"""Stripe as the ``payment_provider`` hook promises it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from nakamise.contracts.payment_movements import DisputeStatus, Movement
from nakamise.contracts.payments import (
    Capture,
    ChargeRequest,
    ChargeState,
    ChargeStatus,
    Offer,
    Payer,
    ProviderRecord,
    ProviderUnreachable,
)
from nakamise.db import Tx
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments_stripe import accounts, balance, objects, reading, records
from nakamise_payments_stripe.calls import Calls, Json, KeptFailure, KeyTaken, Refused
from nakamise_payments_stripe.objects import Known
from nakamise_payments_stripe.settings import StripeSettings

ID: Final = "payments_stripe"
BRANDS: Final = ("visa", "mastercard", "jcb", "amex", "diners", "discover")
EXPAND: Final = ["latest_charge.balance_transaction", "payment_method"]


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def offers_of(settings: StripeSettings) -> tuple[Offer, ...]:
    """Konbini takes ¥120 to ¥300,000 and gives nothing back. PayPay takes ¥50 to ¥1,000,000, at once only, and gives
    back in parts too; Stripe does not promise it together with Connect.

    Source: docs.stripe.com/payments/konbini and /payments/paypay.
    """
    origins = tuple(dict.fromkeys((origin_of(settings.script_url), origin_of(settings.api_url))))
    if "https://js.stripe.com" in origins:
        # As Stripe's security guide lists them; its frames load what they need by themselves.
        origins += ("https://*.js.stripe.com", "https://hooks.stripe.com")
    card = Offer(
        method="card",
        label=N_("Credit card"),
        form_template="payments_stripe/form.html",
        min_amount=50,
        max_amount=99_999_999,
        can_save=True,
        can_authorize=True,
        brands=BRANDS,
        origins=origins,
        form={"key": settings.publishable_key, "script": settings.script_url},
    )
    konbini = Offer(
        method="konbini",
        label=N_("Convenience store"),
        form_template="payments_stripe/konbini_form.html",
        min_amount=120,
        max_amount=300_000,
        refundable=False,
    )
    paypay = Offer(
        method="paypay",
        label=N_("PayPay"),
        form_template="payments_stripe/paypay_form.html",
        min_amount=50,
        max_amount=1_000_000,
    )
    further = ((konbini, settings.konbini), (paypay, settings.paypay and not settings.pays_sellers))
    return (card, *(offer for offer, is_on in further if is_on))


class StripeProvider:
    id = ID

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx
        self._settings = ctx.settings(StripeSettings)
        self._calls = Calls(ctx)

    @property
    def offers(self) -> Sequence[Offer]:
        return offers_of(self._settings)

    @property
    def test_mode(self) -> bool:
        return self._settings.test_mode

    @property
    def pays_sellers(self) -> bool:
        return self._settings.pays_sellers

    # --- charges -------------------------------------------------------------------------------------

    async def charge(self, request: ChargeRequest) -> ChargeStatus:
        """Raises ProviderUnreachable."""
        await self._asking(request.op_id, "charge")
        try:
            params = await self._params(request)
            found = await self._calls.post("/v1/payment_intents", str(request.op_id), **params)
        except Refused as refused:
            return await self._refused(request, refused)
        except KeyTaken:
            return await self.find(request.op_id) or _failed(request.amount, reading.TRY_LATER)
        await self._answered(request.op_id, found)
        return reading.intent(found)

    async def _refused(self, request: ChargeRequest, refused: Refused) -> ChargeStatus:
        """A declined card leaves an intent behind that can never be confirmed again."""
        failure = reading.failure_of(refused.code, refused.decline, request.method)
        reference = ""
        if refused.intent:
            await self._answered(request.op_id, refused.intent)
            reference = str(refused.intent["id"])
        return ChargeStatus(ChargeState.FAILED, reference, request.amount, failure)

    async def _params(self, request: ChargeRequest) -> dict[str, object]:
        params: dict[str, object] = {
            "amount": request.amount.amount,
            "currency": request.amount.currency.lower(),
            "confirm": True,
            "description": request.description,
            "metadata": {reading.OP: str(request.op_id)},
            "payment_method_types": [request.method],
            "return_url": self._absolute(request.return_url),
            "expand": EXPAND,
        }
        if request.subject:
            params["transfer_group"] = str(request.subject)
        if request.method == "konbini":
            return params | _konbini(request.payer, self._settings.konbini_days)
        if request.method == "paypay":
            return params | {"payment_method_data": {"type": "paypay"}}
        params["payment_method"] = request.payment_token
        if request.capture is Capture.MANUAL:
            params["capture_method"] = "manual"
        if (request.save or request.is_saved) and request.payer.user_id:
            params["customer"] = await self._customer(request.payer)
        if request.save and request.payer.user_id:
            params["setup_future_usage"] = "on_session"
        return params

    def _absolute(self, path: str) -> str:
        """Banks send buyers back to whole addresses only."""
        if not path.startswith("/"):
            return path
        return (self._ctx.http.origin or f"https://{self._ctx.tenant.canonical_host}") + path

    async def _customer(self, payer: Payer) -> str:
        """Stripe's customer of a buyer, made when the first card is kept."""
        if payer.user_id is None:
            raise LookupError("nobody pays")
        async with self._ctx.read() as tx:
            known = await objects.customer_of(tx, payer.user_id)
        if known:
            return known
        made = await self._calls.insist(
            "/v1/customers", f"customer-{payer.user_id}", metadata={"user_id": str(payer.user_id)}
        )
        async with self._ctx.begin() as tx:
            await objects.keep_customer(tx, payer.user_id, str(made["id"]))
        return str(made["id"])

    async def cancel(self, op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """An intent that was never made is made with the same key and cancelled: the late request is refused.

        A key that Stripe failed with can never charge either; it may have done it all the same, so it is looked for
        until that is certain.
        """
        found = await self._find(op_id)
        if found is None:
            await self._asking(op_id, "charge")
            try:
                found = await self._calls.post(
                    "/v1/payment_intents",
                    str(op_id),
                    amount=amount.amount,
                    currency=amount.currency.lower(),
                    payment_method_types=["card"],
                    metadata={reading.OP: str(op_id)},
                )
            except (KeyTaken, KeptFailure) as error:
                found = await self._find(op_id)
                if found is None and not await self._is_certain(op_id):
                    raise ProviderUnreachable("its request is on its way") from error
                if found is None:
                    return _canceled(_failed(amount, reading.TRY_LATER))
            except Refused as refused:
                refused.raise_for_now()
                return _failed(amount, reading.TRY_LATER)
            await self._answered(op_id, found)
        return await self._cancel(str(found["id"]), op_id)

    async def _cancel(self, intent_id: str, op_id: uuid.UUID) -> ChargeStatus:
        try:
            found = await self._calls.insist(
                f"/v1/payment_intents/{intent_id}/cancel", f"cancel-{op_id}", expand=EXPAND
            )
        except (Refused, KeyTaken):
            found = await self._calls.get(f"/v1/payment_intents/{intent_id}", expand=EXPAND)
        status = reading.intent(found)
        return status if status.state is not ChargeState.FAILED else _canceled(status)

    async def capture(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """A capture has no object of its own: the intent says whether it happened, and takes no second one."""
        intent_id = await self._id_of(charge_op_id)
        try:
            found = await self._calls.insist(
                f"/v1/payment_intents/{intent_id}/capture",
                str(op_id),
                amount_to_capture=amount.amount,
                expand=EXPAND,
            )
        except (Refused, KeyTaken) as error:
            if isinstance(error, Refused):
                error.raise_for_now()
            found = await self._calls.get(f"/v1/payment_intents/{intent_id}", expand=EXPAND)
        taken = reading.intent(found)
        is_taken = taken.state is ChargeState.SUCCEEDED and taken.captured == amount.amount
        if not is_taken and taken.state is ChargeState.AUTHORIZED:
            return _failed(amount, reading.TRY_LATER, intent_id)
        state = ChargeState.SUCCEEDED if is_taken else ChargeState.FAILED
        return ChargeStatus(state, intent_id, amount, fee=taken.fee)

    # --- back ----------------------------------------------------------------------------------------

    async def refund(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        await self._asking(op_id, "refund", charge_op_id)
        return await self._moved(
            op_id,
            "refund",
            "/v1/refunds",
            amount,
            payment_intent=await self._id_of(charge_op_id),
            amount=amount.amount,
        )

    async def transfer(
        self,
        op_id: uuid.UUID,
        charge_op_id: uuid.UUID,
        seller_id: uuid.UUID,
        amount: Money,
        *,
        from_charge: bool = True,
    ) -> ChargeStatus:
        await self._asking(op_id, "transfer", charge_op_id)
        async with self._ctx.read() as tx:
            account = await accounts.of_seller(tx, seller_id)
        if account is None:
            return _failed(amount, reading.NO_ACCOUNT)
        intent = await self._calls.get(f"/v1/payment_intents/{await self._id_of(charge_op_id)}")
        # All transfers with a source together are at most their charge.
        source = {"source_transaction": intent["latest_charge"]} if from_charge else {}
        return await self._moved(
            op_id,
            "transfer",
            "/v1/transfers",
            amount,
            amount=amount.amount,
            currency=amount.currency.lower(),
            destination=account.account,
            **source,
            transfer_group=intent.get("transfer_group") or "",
        )

    async def reverse(self, op_id: uuid.UUID, transfer_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        await self._asking(op_id, "reversal", transfer_op_id)
        path = records.reversals_of(await self._id_of(transfer_op_id))
        return await self._moved(op_id, "reversal", path, amount, amount=amount.amount)

    async def _moved(
        self, op_id: uuid.UUID, kind: str, path: str, amount_: Money, **params: object
    ) -> ChargeStatus:
        try:
            found = await self._sent(op_id, path, **params, metadata={reading.OP: str(op_id)})
        except Refused as refused:
            refused.raise_for_now()
            return _failed(amount_, reading.not_moved(refused.code))
        except KeyTaken as error:
            status = await self.find(op_id)
            if status is None and not await self._is_certain(op_id):
                raise ProviderUnreachable("its request is on its way") from error
            return status or _failed(amount_, reading.REFUSED)
        await self._answered(op_id, found)
        return records.READERS[kind](found)

    async def _sent(self, op_id: uuid.UUID, path: str, **params: object) -> Json:
        """With the key of this attempt, and with a new one for what Stripe failed at and certainly did not do."""
        try:
            return await self._calls.post(path, await self._key(op_id), **params)
        except KeptFailure:
            found = await self._find(op_id)
            if found is not None:
                return found
            async with self._ctx.begin() as tx:
                is_new = await objects.next_attempt(tx, op_id)
            if not is_new:
                raise
        return await self._calls.post(path, await self._key(op_id), **params)

    async def seller_ready(self, tx: Tx, seller_id: uuid.UUID) -> bool:
        account = await accounts.of_seller(tx, seller_id)
        return self.pays_sellers and account is not None and account.transfers_active

    async def forget(self, card_reference: str) -> None:
        """A card that is not attached any more is forgotten already."""
        try:
            await self._calls.post(f"/v1/payment_methods/{card_reference}/detach", f"detach-{card_reference}")
        except Refused:
            return

    # --- looking -------------------------------------------------------------------------------------

    async def find(self, op_id: uuid.UUID) -> ChargeStatus | None:
        async with self._ctx.read() as tx:
            known = await objects.of_op(tx, op_id)
        if known is None:
            return None
        found = await self._find(op_id)
        return records.READERS[known.kind](found) if found else None

    async def _find(self, op_id: uuid.UUID) -> Json | None:
        """By its id; when the answer was lost, among what was made since it was asked for."""
        async with self._ctx.read() as tx:
            known = await objects.of_op(tx, op_id)
        if known is None:
            return None
        expand: dict[str, object] = {"expand": EXPAND} if known.kind == "charge" else {}
        if known.stripe_id is None:
            listed = await self._among(known)
            if listed is None:
                return None
            await self._answered(op_id, listed)
            if known.kind != "charge":
                return listed
            return await self._calls.get(f"/v1/payment_intents/{listed['id']}", **expand)
        path = records.PATHS.get(known.kind)
        if path is None:
            path = records.reversals_of(await self._id_of(known.parent_id or op_id))
        return await self._calls.get(f"{path}/{known.stripe_id}", **expand)

    async def _among(self, known: Known) -> Json | None:
        since = {"gte": int((known.asked_at - records.SLACK).timestamp())}
        async for one in self._listed(known, since):
            if reading.op_of(one) == known.op_id:
                return one
        return None

    def _listed(self, known: Known, since: dict[str, int]) -> AsyncIterator[Json]:
        if known.kind == "reversal":
            return self._reversals(known)
        return self._calls.pages(records.PATHS[known.kind], created=since)

    async def _reversals(self, known: Known) -> AsyncIterator[Json]:
        path = records.reversals_of(await self._id_of(known.parent_id or known.op_id))
        async for one in self._calls.pages(path):
            yield one

    async def records(self, since: datetime) -> Sequence[ProviderRecord]:
        return await records.records(self._ctx, self._calls, since)

    async def disputes(self, since: datetime, references: Sequence[str] = ()) -> Sequence[DisputeStatus]:
        created = {"gte": int(since.timestamp())}
        listed = {one["id"]: one async for one in self._calls.pages("/v1/disputes", created=created)}
        older = [await self.fetch(one, "/v1/disputes") for one in references if one not in listed]
        told = [await self.dispute_of(one) for one in (*listed.values(), *older) if one]
        return [one for one in told if one]

    async def movements(self, since: datetime) -> Sequence[Movement]:
        return await balance.movements(self._ctx, self._calls, since)

    async def dispute_of(self, found: Json) -> DisputeStatus | None:
        """None when the charge is not ours. Raises ProviderUnreachable, Refused."""
        intent_id = str(found.get("payment_intent") or "")
        async with self._ctx.read() as tx:
            known = await objects.of_stripe(tx, intent_id)
        op_id = known.op_id if known else await self._asked_for(intent_id)
        return reading.dispute(found, op_id) if op_id else None

    async def _asked_for(self, intent_id: str) -> uuid.UUID | None:
        """Our op whose answer was lost: its intent says so. Raises ProviderUnreachable, Refused."""
        intent = await self.fetch(intent_id, "/v1/payment_intents") if intent_id else None
        op_id = reading.op_of(intent) if intent else None
        if intent is None or op_id is None:
            return None
        await self._answered(op_id, intent)
        async with self._ctx.read() as tx:
            known = await objects.of_stripe(tx, intent_id)
        return known.op_id if known else None

    async def fetch(self, stripe_id: str, path: str, **params: object) -> Json | None:
        """One object for a webhook; None when Stripe does not know it. Raises ProviderUnreachable, Refused."""
        try:
            return await self._calls.get(f"{path}/{stripe_id}", **params)
        except Refused as refused:
            if refused.is_missing:
                return None
            raise

    # --- our own books ---------------------------------------------------------------------------------

    async def _asking(self, op_id: uuid.UUID, kind: objects.Kind, parent_id: uuid.UUID | None = None) -> None:
        async with self._ctx.begin() as tx:
            await objects.asking(tx, op_id, kind, parent_id)

    async def _answered(self, op_id: uuid.UUID, found: Json) -> None:
        async with self._ctx.begin() as tx:
            await objects.answered(tx, op_id, str(found["id"]))

    async def _key(self, op_id: uuid.UUID) -> str:
        async with self._ctx.read() as tx:
            return await objects.key(tx, op_id)

    async def _is_certain(self, op_id: uuid.UUID) -> bool:
        async with self._ctx.read() as tx:
            return await objects.is_certain(tx, op_id)

    async def _id_of(self, op_id: uuid.UUID) -> str:
        async with self._ctx.read() as tx:
            known = await objects.of_op(tx, op_id)
        if known is not None and known.stripe_id:
            return known.stripe_id
        found = await self._find(op_id)
        if found is None:
            raise ProviderUnreachable(f"Stripe does not know {op_id}")
        return str(found["id"])


def _konbini(payer: Payer, days: int) -> dict[str, object]:
    """Stripe wants a name and an address for the voucher."""
    return {
        "payment_method_data": {
            "type": "konbini",
            "billing_details": {"name": payer.name, "email": payer.email},
        },
        "payment_method_options": {"konbini": {"expires_after_days": days}},
    }


def _failed(amount: Money, failure: str, reference: str = "") -> ChargeStatus:
    return ChargeStatus(ChargeState.FAILED, reference, amount, failure)


def _canceled(status: ChargeStatus) -> ChargeStatus:
    """What failed and is not wanted any more."""
    return ChargeStatus(ChargeState.CANCELED, status.reference, status.amount, status.failure)
