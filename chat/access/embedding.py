"""Our page within a portal's: the portal vouches for a user once, and the frame gets a token of ours for it."""

import logging
from dataclasses import dataclass

from chat.access.embed_tokens import AnotherUser, EmbedTokens, Granted, SessionOver
from chat.access.portal_tokens import NotVouched, PortalTokens
from chat.access.rejected import Rejected
from chat.access.sites import Sites, sites_of
from chat.config import AccessConfig
from ingest.language import message

_log = logging.getLogger(__name__)

NOT_VOUCHED = message("门户的凭证无效或已过期，请刷新门户页面；如仍出错，请联系管理员查看服务日志。")
NOT_IN_GROUP = message("当前账号没有使用此问答的权限；如需要，请联系管理员开通。")
SESSION_OVER = message("本次使用已满 8 小时，请重新打开。")
ANOTHER_USER = message("门户的登录用户已变更，请重新打开。")


@dataclass(frozen=True, slots=True)
class Embedding:
    """The sites, what proves their tokens, and the tokens given for these."""

    sites: Sites
    portal: PortalTokens
    tokens: EmbedTokens

    @staticmethod
    def of(access: AccessConfig) -> "Embedding":
        """As configured.

        Raises:
            ConfigError: one of the sites cannot work.
        """
        return Embedding(sites_of(access.sites), PortalTokens(access.audience), EmbedTokens())

    def begin(self, site_id: str, token: str, *, before: str = "") -> Granted:
        """What a frame gets for a token of the portal; before: the token of ours that it has, "" for none.

        Raises:
            Rejected: 401 where nobody is vouched for, 403 where they may not use the site, 409 where the page has to begin anew.
        """
        site = self.sites.named(site_id)
        try:
            if site is None:
                raise NotVouched("no such site")
            vouched = self.portal.prove(token, site)
            if site.groups and not site.groups & vouched.groups:
                raise Rejected(403, NOT_IN_GROUP)
            return self.tokens.grant(site, vouched, before=before)
        except NotVouched as problem:
            # The id is only told where it is one of ours: what else was sent has no place in a log.
            _log.warning("a portal's token was refused (%s): %s", site.id if site is not None else "?", problem)
            raise Rejected(401, NOT_VOUCHED) from problem
        except SessionOver as over:
            raise Rejected(409, SESSION_OVER) from over
        except AnotherUser as another:
            raise Rejected(409, ANOTHER_USER) from another
