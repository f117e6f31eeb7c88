"""Addresses of the first page and of calls."""

from django.urls import path

from programs.views import amendments, bulletins, calls, deadlines, edition, home, places

urlpatterns = [
    path("", home.home, name="home"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", edition.new, name="call_new"),
    path("calls/<int:call_id>/", calls.call, name="call"),
    path("calls/<int:call_id>/setup/", edition.setup, name="edition"),
    path("calls/<int:call_id>/publish/", edition.publish, name="publish"),
    path("calls/<int:call_id>/extend/<int:organization_id>/", deadlines.extend, name="extend"),
    path("calls/<int:call_id>/extensions/", deadlines.extension_list, name="extensions"),
    path("calls/<int:call_id>/extensions/new/", deadlines.extension_new, name="extension_new"),
    path("extensions/<int:extension_id>/back/", deadlines.extension_back, name="extension_back"),
    path("calls/<int:call_id>/bulletins/new/", bulletins.bulletin_new, name="bulletin_new"),
    path("bulletins/<int:bulletin_id>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<int:bulletin_id>/paper.pdf", bulletins.bulletin_pdf, name="bulletin_pdf"),
    path("bulletins/<int:bulletin_id>/paper.docx", bulletins.bulletin_docx, name="bulletin_docx"),
    path("bulletins/<int:bulletin_id>/list.xlsx", bulletins.bulletin_xlsx, name="bulletin_xlsx"),
    path("calls/<int:call_id>/amend/", amendments.amendment_new, name="amendment_new"),
    path("amendments/<int:amendment_id>/", amendments.amendment, name="amendment"),
    path("amendments/<int:amendment_id>/confirm/", amendments.amendment_confirm, name="amendment_confirm"),
    path("amendments/<int:amendment_id>/drop/", amendments.amendment_drop, name="amendment_drop"),
    path("calls/<int:call_id>/remind/", deadlines.remind, name="remind"),
    path("calls/<int:call_id>/places/", places.share, name="share"),
    path("calls/<int:call_id>/places/back/", places.back, name="give_back"),
    path("calls/<int:call_id>/places/issue/", places.issue, name="reissue"),
]
