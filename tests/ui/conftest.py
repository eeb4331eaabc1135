"""Tests of what pages share see pages, too."""

from tests.pages.conftest import compared_at_once as compared_at_once
