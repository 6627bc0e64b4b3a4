-- What the user of Grafana may read: what the panels read and no more; of views, ClickHouse also asks for the tables beneath.
-- The user is made before: CREATE USER grafana IDENTIFIED BY '…' SETTINGS readonly = 2, max_execution_time = 60
GRANT SELECT ON duizhang.alert_acknowledgements TO grafana;
GRANT SELECT ON duizhang.alerts TO grafana;
GRANT SELECT ON duizhang.bill_slots TO grafana;
GRANT SELECT ON duizhang.bills TO grafana;
GRANT SELECT ON duizhang.close_waits TO grafana;
GRANT SELECT ON duizhang.dead_letters TO grafana;
GRANT SELECT ON duizhang.entries TO grafana;
GRANT SELECT ON duizhang.event_days TO grafana;
GRANT SELECT ON duizhang.exception_actions TO grafana;
GRANT SELECT ON duizhang.exceptions TO grafana;
GRANT SELECT ON duizhang.last_words TO grafana;
GRANT SELECT ON duizhang.publications TO grafana;
GRANT SELECT ON duizhang.realtime_words_of_runs TO grafana;
GRANT SELECT ON duizhang.reconciliations TO grafana;
GRANT SELECT ON duizhang.v_alerts TO grafana;
GRANT SELECT ON duizhang.v_bills TO grafana;
GRANT SELECT ON duizhang.v_close_waits TO grafana;
GRANT SELECT ON duizhang.v_dead_letters TO grafana;
GRANT SELECT ON duizhang.v_entries TO grafana;
GRANT SELECT ON duizhang.v_exception_actions TO grafana;
GRANT SELECT ON duizhang.v_exceptions TO grafana;
GRANT SELECT ON duizhang.v_reconciliations TO grafana;
GRANT SELECT ON duizhang.v_verdicts TO grafana;
GRANT SELECT ON duizhang.verdicts TO grafana;
