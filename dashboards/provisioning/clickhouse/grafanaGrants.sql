-- What the user of Grafana may read: what the panels read and no more; of views, ClickHouse also asks for the tables beneath.
-- The user is made before: CREATE USER grafana IDENTIFIED BY '…' SETTINGS readonly = 2, max_execution_time = 60
GRANT SELECT ON default.alert_acknowledgements TO grafana;
GRANT SELECT ON default.alerts TO grafana;
GRANT SELECT ON default.bill_slots TO grafana;
GRANT SELECT ON default.bills TO grafana;
GRANT SELECT ON default.close_waits TO grafana;
GRANT SELECT ON default.dead_letters TO grafana;
GRANT SELECT ON default.entries TO grafana;
GRANT SELECT ON default.event_days TO grafana;
GRANT SELECT ON default.exception_actions TO grafana;
GRANT SELECT ON default.exceptions TO grafana;
GRANT SELECT ON default.last_words TO grafana;
GRANT SELECT ON default.publications TO grafana;
GRANT SELECT ON default.realtime_words_of_runs TO grafana;
GRANT SELECT ON default.reconciliations TO grafana;
GRANT SELECT ON default.v_alerts TO grafana;
GRANT SELECT ON default.v_bills TO grafana;
GRANT SELECT ON default.v_close_waits TO grafana;
GRANT SELECT ON default.v_dead_letters TO grafana;
GRANT SELECT ON default.v_entries TO grafana;
GRANT SELECT ON default.v_exception_actions TO grafana;
GRANT SELECT ON default.v_exceptions TO grafana;
GRANT SELECT ON default.v_reconciliations TO grafana;
GRANT SELECT ON default.v_verdicts TO grafana;
GRANT SELECT ON default.verdicts TO grafana;
