"""Reports: one file about a network, for people who do not have the program."""

from __future__ import annotations

from visualizer.reports.content import network_report
from visualizer.reports.model import Report
from visualizer.reports.silhouette import silhouette
from visualizer.reports.writing import SUFFIXES, ReportError, save_report

__all__ = ["SUFFIXES", "Report", "ReportError", "network_report", "save_report", "silhouette"]
