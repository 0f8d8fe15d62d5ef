-- Queries that are known to be right. Start from these, and change one thing at a time.

-- Paying accounts at the end of each month, by the plan they had on that day.
SELECT
    day,
    plan,
    count(*) AS paying_accounts
FROM core.account_days
WHERE is_paying
  AND NOT is_internal
  AND day = (date_trunc('month', day) + interval '1 month - 1 day')::date
  AND day >= DATE '2025-01-01'
GROUP BY day, plan
ORDER BY day, plan;

-- Cancellations per month: a paid period ended, and no other began within 30 days.
WITH paid_periods AS (            -- one row per account and paid period
    SELECT account_id, started_on, ended_on, amount_pence
    FROM core.subscription_periods
    WHERE amount_pence > 0
      AND NOT is_internal
),
final_periods AS (                -- one row per cancellation
    SELECT ended.account_id, ended.ended_on
    FROM paid_periods AS ended
    WHERE ended.ended_on IS NOT NULL
      AND NOT EXISTS (
          SELECT 1
          FROM paid_periods AS next
          WHERE next.account_id = ended.account_id
            AND next.started_on >= ended.ended_on
            AND next.started_on < ended.ended_on + 30
      )
)
SELECT date_trunc('month', ended_on)::date AS month, count(*) AS cancelled_accounts
FROM final_periods
GROUP BY month
ORDER BY month;

-- Job value per account and month, summed before it is joined to anything.
WITH first_invoices AS (          -- one row per job
    SELECT DISTINCT ON (job_invoices.job_id)
        job_invoices.job_id, invoices.invoice_id, invoices.issued_on, invoices.account_id
    FROM core.job_invoices
    JOIN core.invoices USING (invoice_id)
    ORDER BY job_invoices.job_id, invoices.issued_on
),
invoice_values AS (               -- one row per job
    SELECT first_invoices.job_id, first_invoices.account_id, first_invoices.issued_on,
           sum(invoice_lines.net_pence) AS net_pence
    FROM first_invoices
    JOIN core.invoice_lines
      ON invoice_lines.invoice_id = first_invoices.invoice_id
     AND invoice_lines.job_id = first_invoices.job_id
    GROUP BY 1, 2, 3
)
SELECT account_id, date_trunc('month', issued_on)::date AS month, sum(net_pence) AS job_value_pence
FROM invoice_values
GROUP BY account_id, month;
