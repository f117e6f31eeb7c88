"""Addresses of the work plan, included by ``programs.urls``."""

from django.urls import path

from programs.views import plans

urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/import/", plans.plan_import, name="plan_import"),
    path("plans/<int:pk>/", plans.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/source/", plans.plan_source, name="plan_source"),
    path("plans/tasks/<int:pk>/", plans.plan_task, name="plan_task"),
    path("plans/items/<int:pk>/department/", plans.plan_department, name="plan_department"),
    path("plans/tasks/<int:pk>/calls/", plans.plan_calls, name="plan_calls"),
    path("plans/tasks/<int:pk>/progress/", plans.plan_progress, name="plan_progress"),
]
