using Dapper;
using MySqlConnector;

namespace OrchestrationBench.Chaos;

/// <summary>What must hold in the tables once nobody disturbs any more and every run has ended.</summary>
internal static class Invariants
{
    private static readonly (string What, string Sql)[] Rules =
    [
        ("a run is forgotten", "select concat('run ', id, ' of ', pipeline, ' is ', state) from run where ended_at is null"),
        ("a task of an ended run is unfinished", "select concat('run ', r.id, ' ', t.task_key, ' is ', t.state) from run r inner join task_run t on t.run_id = r.id where r.ended_at is not null and t.state not in ('succeeded', 'failed', 'upstream_failed', 'skipped', 'cancelled')"),
        ("a task began too early", "select text from chaos_wrong"),
        ("a succeeded task has not exactly one effect", "select concat('run ', t.run_id, ' ', t.task_key, ': ', count(e.run_id)) from task_run t left join chaos_effect e on e.run_id = t.run_id and e.task_key = t.task_key where t.state = 'succeeded' and exists (select 1 from run r where r.id = t.run_id and r.pipeline <> 'linger') group by t.run_id, t.task_key having count(e.run_id) <> 1"),
        ("a task has several effects", "select concat('run ', run_id, ' ', task_key, ': ', count(*)) from chaos_effect group by run_id, task_key having count(*) > 1"),
        ("an attempt is open", "select concat('run ', run_id, ' ', task_key, ' attempt ', attempt) from task_attempt where ended_at is null"),
        ("attempts and their count differ", "select concat('run ', t.run_id, ' ', t.task_key) from task_run t left join task_attempt a on a.run_id = t.run_id and a.task_key = t.task_key group by t.run_id, t.task_key, t.attempts having t.attempts <> count(a.attempt)"),
        ("two runs of one pipeline at work at once", "select concat('run ', a.run_id, ' ', a.task_key, ' and run ', b.run_id, ' ', b.task_key) from task_attempt a inner join run ra on ra.id = a.run_id inner join run rb on rb.pipeline = ra.pipeline and rb.id > ra.id inner join task_attempt b on b.run_id = rb.id where ra.pipeline in @exclusive and a.started_at < b.ended_at and b.started_at < a.ended_at"),
        ("a key has made several runs", "select concat(k.idempotency_key, ': ', count(*)) from idempotency_key k group by k.pipeline, k.idempotency_key having count(*) > 1"),
    ];

    public static async Task<List<string>> BrokenAsync(MySqlConnection connection)
    {
        var broken = new List<string>();
        foreach (var (what, sql) in Rules)
        {
            broken.AddRange((await connection.QueryAsync<string>(sql, new { exclusive = ChaosPipelines.Names.Where(ChaosPipelines.IsExclusive) }, commandTimeout: 120)).Take(20).Select(found => $"{what}: {found}"));
        }

        return broken;
    }
}
