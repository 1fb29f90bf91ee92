"""The part of our catalogue's tables that the list reads."""

from django.db import models


class Media(models.Model):
    id = models.UUIDField(primary_key=True)
    width = models.IntegerField()
    height = models.IntegerField()
    colour = models.TextField()
    keys = models.JSONField()


class Shop(models.Model):
    id = models.UUIDField(primary_key=True)
    slug = models.TextField(unique=True)
    name = models.TextField()
    state = models.TextField()


class Product(models.Model):
    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    slug = models.TextField(unique=True)
    name = models.TextField()
    state = models.TextField()
    badges = models.JSONField()
    min_price = models.BigIntegerField()
    max_price = models.BigIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["-published_at", "id"]),)


class Variant(models.Model):
    id = models.UUIDField(primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    price = models.BigIntegerField()
    compare_at = models.BigIntegerField(null=True)
    position = models.IntegerField()
    on_hand = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)


class Picture(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures")
    media = models.ForeignKey(Media, on_delete=models.CASCADE)
    position = models.IntegerField()
