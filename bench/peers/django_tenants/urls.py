from django.urls import path
from shop.views import list_products

urlpatterns = [path("api/shop/products", list_products)]
