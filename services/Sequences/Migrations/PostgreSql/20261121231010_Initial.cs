using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ContactPlatform.Sequences.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateSequence(
                name: "ids",
                incrementBy: 1000);

            migrationBuilder.CreateTable(
                name: "automation_actions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    automation_firing_id = table.Column<long>(type: "bigint", nullable: false),
                    place = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<short>(type: "smallint", nullable: false),
                    reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    outcome_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_automation_actions", x => new { x.account_id, x.automation_firing_id, x.place });
                });

            migrationBuilder.CreateTable(
                name: "automation_firings",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    automation_firing_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    automation_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    rule_version = table.Column<long>(type: "bigint", nullable: false),
                    status_version = table.Column<long>(type: "bigint", nullable: false),
                    from_engagement = table.Column<short>(type: "smallint", nullable: false),
                    engagement = table.Column<short>(type: "smallint", nullable: false),
                    fire_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    chain = table.Column<string>(type: "character varying(160)", maxLength: 160, nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    stop_reason = table.Column<short>(type: "smallint", nullable: false),
                    next_action = table.Column<int>(type: "integer", nullable: false),
                    attempt_count = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    due_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_automation_firings", x => new { x.account_id, x.automation_firing_id });
                });

            migrationBuilder.CreateTable(
                name: "automation_rule_versions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    automation_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    rule_version = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_automation_rule_versions", x => new { x.account_id, x.automation_rule_id, x.rule_version });
                });

            migrationBuilder.CreateTable(
                name: "automation_rules",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    automation_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    entry_mask = table.Column<int>(type: "integer", nullable: false),
                    rule_version = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_automation_rules", x => new { x.account_id, x.automation_rule_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_status_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    from_opted_out = table.Column<bool>(type: "boolean", nullable: false),
                    from_call_status = table.Column<short>(type: "smallint", nullable: false),
                    from_engagement = table.Column<short>(type: "smallint", nullable: false),
                    to_opted_out = table.Column<bool>(type: "boolean", nullable: false),
                    to_call_status = table.Column<short>(type: "smallint", nullable: false),
                    to_engagement = table.Column<short>(type: "smallint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_status_changes", x => new { x.account_id, x.contact_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "contact_statuses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    opted_out = table.Column<bool>(type: "boolean", nullable: false),
                    opt_out_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    opt_in_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    call_status = table.Column<short>(type: "smallint", nullable: false),
                    engagement = table.Column<short>(type: "smallint", nullable: false),
                    engagement_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    first_working_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    record_inactive = table.Column<bool>(type: "boolean", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_statuses", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "dispatches",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    dispatch_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    content_version = table.Column<long>(type: "bigint", nullable: false),
                    step_id = table.Column<long>(type: "bigint", nullable: false),
                    variant = table.Column<int>(type: "integer", nullable: false),
                    ahead = table.Column<bool>(type: "boolean", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    lease_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    reserve_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dispatches", x => new { x.account_id, x.dispatch_id });
                });

            migrationBuilder.CreateTable(
                name: "enroll_answers",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    answer_id = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    answer = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_enroll_answers", x => new { x.account_id, x.answer_id });
                });

            migrationBuilder.CreateTable(
                name: "enrollment_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    cause = table.Column<short>(type: "smallint", nullable: false),
                    from_status = table.Column<short>(type: "smallint", nullable: false),
                    from_finish_reason = table.Column<short>(type: "smallint", nullable: false),
                    from_flags = table.Column<short>(type: "smallint", nullable: false),
                    from_ended = table.Column<bool>(type: "boolean", nullable: false),
                    to_status = table.Column<short>(type: "smallint", nullable: false),
                    to_finish_reason = table.Column<short>(type: "smallint", nullable: false),
                    to_flags = table.Column<short>(type: "smallint", nullable: false),
                    to_ended = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_enrollment_changes", x => new { x.account_id, x.enrollment_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "enrollment_run_targets",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_enrollment_run_targets", x => new { x.account_id, x.run_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "enrollment_runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_list_id = table.Column<long>(type: "bigint", nullable: false),
                    filter = table.Column<string>(type: "character varying(65536)", maxLength: 65536, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_enrollment_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "enrollments",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    finish_reason = table.Column<short>(type: "smallint", nullable: false),
                    flags = table.Column<short>(type: "smallint", nullable: false),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_step_id = table.Column<long>(type: "bigint", nullable: false),
                    due_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    wait_seconds = table.Column<long>(type: "bigint", nullable: true),
                    dispatch_id = table.Column<long>(type: "bigint", nullable: false),
                    resume_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    enroll_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_enrollments", x => new { x.account_id, x.enrollment_id });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateTable(
                name: "feed_positions",
                columns: table => new
                {
                    source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    position = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    apply_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_feed_positions", x => x.source);
                });

            migrationBuilder.CreateTable(
                name: "lead_score_awards",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    lead_score_award_id = table.Column<long>(type: "bigint", nullable: false),
                    lead_score_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    status_version = table.Column<long>(type: "bigint", nullable: false),
                    engagement = table.Column<short>(type: "smallint", nullable: false),
                    points = table.Column<int>(type: "integer", nullable: false),
                    award_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    due_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    attempt_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lead_score_awards", x => new { x.account_id, x.contact_id, x.lead_score_award_id });
                });

            migrationBuilder.CreateTable(
                name: "lead_score_rules",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    lead_score_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    engagement = table.Column<short>(type: "smallint", nullable: false),
                    points = table.Column<int>(type: "integer", nullable: false),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lead_score_rules", x => new { x.account_id, x.lead_score_rule_id });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    change_id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    transaction_id = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "GREATEST(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8)"),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => new { x.account_id, x.change_id });
                });

            migrationBuilder.CreateTable(
                name: "replies",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    reply_id = table.Column<long>(type: "bigint", nullable: false),
                    key_hash = table.Column<Guid>(type: "uuid", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<short>(type: "smallint", nullable: false),
                    source = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    message_reference = table.Column<string>(type: "character varying(250)", maxLength: 250, nullable: false),
                    match = table.Column<short>(type: "smallint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    category = table.Column<short>(type: "smallint", nullable: false),
                    rule_category = table.Column<short>(type: "smallint", nullable: false),
                    rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    rule_version = table.Column<int>(type: "integer", nullable: false),
                    automatic = table.Column<bool>(type: "boolean", nullable: false),
                    needs_person = table.Column<bool>(type: "boolean", nullable: false),
                    return_knowledge = table.Column<short>(type: "smallint", nullable: false),
                    return_date = table.Column<DateOnly>(type: "date", nullable: true),
                    subject = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    text = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    receive_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    category_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_replies", x => new { x.account_id, x.reply_id });
                });

            migrationBuilder.CreateTable(
                name: "reply_webhooks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    reply_webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_reply_webhooks", x => new { x.account_id, x.reply_webhook_id });
                });

            migrationBuilder.CreateTable(
                name: "requests",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    method = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    request_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    body_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    result_id = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_requests", x => new { x.account_id, x.method, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    cursor_id = table.Column<long>(type: "bigint", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    done_count = table.Column<long>(type: "bigint", nullable: false),
                    changed_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    skip_counts = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    start_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    set_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    failure_reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    message = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    cancel_requested = table.Column<bool>(type: "boolean", nullable: false),
                    trace_parent = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    broken_attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "sender_counts",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    quarter_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    mail_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sender_counts", x => new { x.account_id, x.email, x.quarter_time });
                });

            migrationBuilder.CreateTable(
                name: "senders",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_senders", x => new { x.account_id, x.email });
                });

            migrationBuilder.CreateTable(
                name: "sequence_versions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    content_version = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    step_count = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sequence_versions", x => new { x.account_id, x.sequence_id, x.content_version });
                });

            migrationBuilder.CreateTable(
                name: "sequences",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    owner_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    visibility = table.Column<short>(type: "smallint", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    content_version = table.Column<long>(type: "bigint", nullable: false),
                    step_order = table.Column<string>(type: "text", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    park_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sequences", x => new { x.account_id, x.sequence_id });
                });

            migrationBuilder.CreateTable(
                name: "step_messages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    step_id = table.Column<long>(type: "bigint", nullable: false),
                    variant = table.Column<short>(type: "smallint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    message_reference = table.Column<string>(type: "character varying(250)", maxLength: 250, nullable: false),
                    send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    deliver_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    bounce_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    hard_bounce_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unsubscribe_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    verdict_revision = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_step_messages", x => new { x.account_id, x.message_id });
                });

            migrationBuilder.CreateTable(
                name: "step_sends",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    dispatch_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_step_sends", x => new { x.account_id, x.dispatch_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "tasks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    task_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    step_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    assignee_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    snooze_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    call_outcome = table.Column<short>(type: "smallint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tasks", x => new { x.account_id, x.task_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_automation_actions_account_id_enrollment_id",
                table: "automation_actions",
                columns: new[] { "account_id", "enrollment_id" },
                filter: "enrollment_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_automation_firings_account_id_automation_rule_id_automation~",
                table: "automation_firings",
                columns: new[] { "account_id", "automation_rule_id", "automation_firing_id" });

            migrationBuilder.CreateIndex(
                name: "IX_automation_firings_account_id_contact_id_automation_firing_~",
                table: "automation_firings",
                columns: new[] { "account_id", "contact_id", "automation_firing_id" });

            migrationBuilder.CreateIndex(
                name: "ix_automation_firings_due",
                table: "automation_firings",
                column: "due_time",
                filter: "due_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_automation_firings_order",
                table: "automation_firings",
                columns: new[] { "account_id", "contact_id", "status_version" },
                filter: "due_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_automation_firings_over",
                table: "automation_firings",
                column: "fire_time",
                filter: "due_time IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_dispatches_lease_time",
                table: "dispatches",
                column: "lease_time",
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "IX_enroll_answers_account_id_create_time",
                table: "enroll_answers",
                columns: new[] { "account_id", "create_time" });

            migrationBuilder.CreateIndex(
                name: "IX_enrollments_account_id_contact_id_sequence_id",
                table: "enrollments",
                columns: new[] { "account_id", "contact_id", "sequence_id" },
                unique: true,
                filter: "end_time IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_enrollments_account_id_sequence_id_enrollment_id",
                table: "enrollments",
                columns: new[] { "account_id", "sequence_id", "enrollment_id" });

            migrationBuilder.CreateIndex(
                name: "IX_enrollments_due_time",
                table: "enrollments",
                column: "due_time",
                filter: "due_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_enrollments_resume_time",
                table: "enrollments",
                column: "resume_time",
                filter: "resume_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_lead_score_awards_award_time",
                table: "lead_score_awards",
                column: "award_time",
                filter: "due_time IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_lead_score_awards_due_time",
                table: "lead_score_awards",
                column: "due_time",
                filter: "due_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_outbox_transaction_id_change_id",
                table: "outbox",
                columns: new[] { "transaction_id", "change_id" });

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_contact_id_reply_id",
                table: "replies",
                columns: new[] { "account_id", "contact_id", "reply_id" });

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_key_hash",
                table: "replies",
                columns: new[] { "account_id", "key_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_message_id",
                table: "replies",
                columns: new[] { "account_id", "message_id" },
                filter: "message_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_message_reference",
                table: "replies",
                columns: new[] { "account_id", "message_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_needs_person_reply_id",
                table: "replies",
                columns: new[] { "account_id", "needs_person", "reply_id" });

            migrationBuilder.CreateIndex(
                name: "IX_reply_webhooks_token_hash",
                table: "reply_webhooks",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_requests_create_time",
                table: "requests",
                column: "create_time");

            migrationBuilder.CreateIndex(
                name: "IX_runs_account_id_kind_subject_id_run_id",
                table: "runs",
                columns: new[] { "account_id", "kind", "subject_id", "run_id" });

            migrationBuilder.CreateIndex(
                name: "IX_runs_run_id",
                table: "runs",
                column: "run_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_runs_state_run_id",
                table: "runs",
                columns: new[] { "state", "run_id" });

            migrationBuilder.CreateIndex(
                name: "IX_sequences_park_time",
                table: "sequences",
                column: "park_time",
                filter: "park_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_step_messages_account_id_contact_id_message_id",
                table: "step_messages",
                columns: new[] { "account_id", "contact_id", "message_id" });

            migrationBuilder.CreateIndex(
                name: "IX_step_messages_account_id_message_reference",
                table: "step_messages",
                columns: new[] { "account_id", "message_reference" },
                filter: "message_reference <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_step_messages_account_id_sequence_id_step_id",
                table: "step_messages",
                columns: new[] { "account_id", "sequence_id", "step_id" });

            migrationBuilder.CreateIndex(
                name: "IX_tasks_account_id_assignee_subject_state_task_id",
                table: "tasks",
                columns: new[] { "account_id", "assignee_subject", "state", "task_id" });

            migrationBuilder.CreateIndex(
                name: "IX_tasks_account_id_sequence_id_task_id",
                table: "tasks",
                columns: new[] { "account_id", "sequence_id", "task_id" });

            migrationBuilder.CreateIndex(
                name: "ix_tasks_open",
                table: "tasks",
                columns: new[] { "account_id", "enrollment_id" },
                unique: true,
                filter: "state = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "automation_actions");

            migrationBuilder.DropTable(
                name: "automation_firings");

            migrationBuilder.DropTable(
                name: "automation_rule_versions");

            migrationBuilder.DropTable(
                name: "automation_rules");

            migrationBuilder.DropTable(
                name: "contact_status_changes");

            migrationBuilder.DropTable(
                name: "contact_statuses");

            migrationBuilder.DropTable(
                name: "dispatches");

            migrationBuilder.DropTable(
                name: "enroll_answers");

            migrationBuilder.DropTable(
                name: "enrollment_changes");

            migrationBuilder.DropTable(
                name: "enrollment_run_targets");

            migrationBuilder.DropTable(
                name: "enrollment_runs");

            migrationBuilder.DropTable(
                name: "enrollments");

            migrationBuilder.DropTable(
                name: "feed_positions");

            migrationBuilder.DropTable(
                name: "lead_score_awards");

            migrationBuilder.DropTable(
                name: "lead_score_rules");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "replies");

            migrationBuilder.DropTable(
                name: "reply_webhooks");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "sender_counts");

            migrationBuilder.DropTable(
                name: "senders");

            migrationBuilder.DropTable(
                name: "sequence_versions");

            migrationBuilder.DropTable(
                name: "sequences");

            migrationBuilder.DropTable(
                name: "step_messages");

            migrationBuilder.DropTable(
                name: "step_sends");

            migrationBuilder.DropTable(
                name: "tasks");

            migrationBuilder.DropSequence(
                name: "ids");
        }
    }
}
