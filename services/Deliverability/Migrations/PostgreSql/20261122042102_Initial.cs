using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ContactPlatform.Deliverability.Migrations.PostgreSql
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
                name: "address_validation_items",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    item_number = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    input = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_validation_items", x => new { x.account_id, x.run_id, x.item_number });
                });

            migrationBuilder.CreateTable(
                name: "address_validation_results",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    item_number = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    input = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    verdict = table.Column<short>(type: "smallint", nullable: false),
                    findings = table.Column<long>(type: "bigint", nullable: false),
                    suggestion = table.Column<string>(type: "character varying(274)", maxLength: 274, nullable: false),
                    problem = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_validation_results", x => new { x.account_id, x.run_id, x.item_number });
                });

            migrationBuilder.CreateTable(
                name: "address_validations",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    good_count = table.Column<long>(type: "bigint", nullable: false),
                    risky_count = table.Column<long>(type: "bigint", nullable: false),
                    bad_count = table.Column<long>(type: "bigint", nullable: false),
                    reserved_credits = table.Column<long>(type: "bigint", nullable: false),
                    charged_credits = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_validations", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    complaint_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    not_spam_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unsubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    resubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    contact_unsubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    contact_resubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    suppressed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    suppression_removed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    does_not_exist_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    does_not_exist_cleared_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    mailbox_full_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unavailable_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    delivered_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_sent_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_opened_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_clicked_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_opened_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_clicked_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    first_delivered_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_addresses", x => new { x.account_id, x.address_id });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 60);

            migrationBuilder.CreateTable(
                name: "classification_replay_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    delivery_event_id = table.Column<long>(type: "bigint", nullable: false),
                    from_class = table.Column<short>(type: "smallint", nullable: false),
                    from_rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    from_rule_version = table.Column<int>(type: "integer", nullable: false),
                    to_class = table.Column<short>(type: "smallint", nullable: false),
                    to_rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    to_rule_version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_classification_replay_changes", x => new { x.account_id, x.run_id, x.delivery_event_id });
                });

            migrationBuilder.CreateTable(
                name: "classification_replay_counts",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    from_class = table.Column<short>(type: "smallint", nullable: false),
                    to_class = table.Column<short>(type: "smallint", nullable: false),
                    event_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_classification_replay_counts", x => new { x.account_id, x.run_id, x.from_class, x.to_class });
                });

            migrationBuilder.CreateTable(
                name: "classification_replays",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    dry_run = table.Column<bool>(type: "boolean", nullable: false),
                    undone_run_id = table.Column<long>(type: "bigint", nullable: false),
                    last_event_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_classification_replays", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: true),
                    link_version = table.Column<long>(type: "bigint", nullable: false),
                    delete_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_addresses", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "delivery_events",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    delivery_event_id = table.Column<long>(type: "bigint", nullable: false),
                    key_hash = table.Column<Guid>(type: "uuid", nullable: false),
                    source = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    event_key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    message_reference = table.Column<string>(type: "character varying(250)", maxLength: 250, nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    machine = table.Column<bool>(type: "boolean", nullable: false),
                    event_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    receive_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    enhanced_code = table.Column<string>(type: "character varying(9)", maxLength: 9, nullable: false),
                    diagnostic = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    remote_host = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    failure_class = table.Column<short>(type: "smallint", nullable: false),
                    rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    rule_version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_delivery_events", x => new { x.account_id, x.delivery_event_id });
                });

            migrationBuilder.CreateTable(
                name: "fact_clearances",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    fact_clearance_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    clear_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_fact_clearances", x => new { x.account_id, x.fact_clearance_id });
                });

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
                name: "former_addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_former_addresses", x => new { x.account_id, x.contact_id, x.address_id });
                });

            migrationBuilder.CreateTable(
                name: "mail_reservations",
                columns: table => new
                {
                    worker_id = table.Column<long>(type: "bigint", nullable: false),
                    reservation = table.Column<long>(type: "bigint", nullable: false),
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    lease_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    message_ids = table.Column<long[]>(type: "bigint[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mail_reservations", x => new { x.account_id, x.worker_id, x.reservation });
                });

            migrationBuilder.CreateTable(
                name: "mail_templates",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    mail_template_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    name_key = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    content_version = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mail_templates", x => new { x.account_id, x.mail_template_id });
                });

            migrationBuilder.CreateTable(
                name: "message_queue",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    sender_id = table.Column<long>(type: "bigint", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_message_queue", x => new { x.account_id, x.sender_id, x.next_attempt_time, x.message_id });
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
                name: "provider_webhooks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    provider_webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    provider = table.Column<short>(type: "smallint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    path_token = table.Column<string>(type: "character varying(22)", maxLength: 22, nullable: false),
                    verification_key = table.Column<byte[]>(type: "bytea", maxLength: 1000, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_webhooks", x => new { x.account_id, x.provider_webhook_id });
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
                name: "senders",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    sender_id = table.Column<long>(type: "bigint", nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    due_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    rate_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_senders", x => new { x.account_id, x.sender_id });
                });

            migrationBuilder.CreateTable(
                name: "suppressions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    suppress_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    remove_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    remove_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    remove_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    remove_reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_suppressions", x => new { x.account_id, x.address_id });
                });

            migrationBuilder.CreateTable(
                name: "transmissions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false),
                    header = table.Column<byte[]>(type: "bytea", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    cancel_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_transmissions", x => new { x.account_id, x.transmission_id });
                });

            migrationBuilder.CreateTable(
                name: "validation_credit_entries",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    entry_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    credit_count = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_validation_credit_entries", x => new { x.account_id, x.entry_id });
                });

            migrationBuilder.CreateTable(
                name: "validation_credits",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    available = table.Column<long>(type: "bigint", nullable: false),
                    reserved = table.Column<long>(type: "bigint", nullable: false),
                    charged = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_validation_credits", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    webhook_delivery_id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    order_key = table.Column<long>(type: "bigint", nullable: false),
                    event_type = table.Column<short>(type: "smallint", nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    attempt_count = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_result = table.Column<short>(type: "smallint", nullable: false),
                    response_code = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhook_deliveries", x => new { x.account_id, x.webhook_id, x.webhook_delivery_id });
                });

            migrationBuilder.CreateTable(
                name: "webhooks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    url = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    event_mask = table.Column<long>(type: "bigint", nullable: false),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    disabled_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    secret = table.Column<byte[]>(type: "bytea", maxLength: 200, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    secret_version = table.Column<long>(type: "bigint", nullable: false),
                    former_secret = table.Column<byte[]>(type: "bytea", maxLength: 200, nullable: true),
                    former_key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    overlap_end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhooks", x => new { x.account_id, x.webhook_id });
                });

            migrationBuilder.CreateTable(
                name: "mail_template_versions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    mail_template_id = table.Column<long>(type: "bigint", nullable: false),
                    content_version = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mail_template_versions", x => new { x.account_id, x.mail_template_id, x.content_version });
                    table.ForeignKey(
                        name: "fk_mail_template_versions_mail_templates",
                        columns: x => new { x.account_id, x.mail_template_id },
                        principalTable: "mail_templates",
                        principalColumns: new[] { "account_id", "mail_template_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "provider_calls",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    provider_webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    token = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    body_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    sign_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_calls", x => new { x.account_id, x.provider_webhook_id, x.token });
                    table.ForeignKey(
                        name: "FK_provider_calls_provider_webhooks_account_id_provider_webhoo~",
                        columns: x => new { x.account_id, x.provider_webhook_id },
                        principalTable: "provider_webhooks",
                        principalColumns: new[] { "account_id", "provider_webhook_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "messages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false),
                    sender_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    domain = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    display_name = table.Column<string>(type: "character varying(401)", maxLength: 401, nullable: false),
                    variable_values = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    attempt_count = table.Column<int>(type: "integer", nullable: false),
                    worker_id = table.Column<long>(type: "bigint", nullable: false),
                    reservation = table.Column<long>(type: "bigint", nullable: false),
                    followed = table.Column<bool>(type: "boolean", nullable: false),
                    verdict_revision = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    deliver_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unsubscribe_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    bounce_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    complain_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    not_spam_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    smtp_code = table.Column<int>(type: "integer", nullable: false),
                    enhanced_code = table.Column<string>(type: "character varying(9)", maxLength: 9, nullable: false),
                    diagnostic = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    refusal_reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messages", x => new { x.account_id, x.message_id });
                    table.ForeignKey(
                        name: "fk_messages_transmissions",
                        columns: x => new { x.account_id, x.transmission_id },
                        principalTable: "transmissions",
                        principalColumns: new[] { "account_id", "transmission_id" },
                        onDelete: ReferentialAction.Cascade);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "transmission_contents",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    shared_values = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_transmission_contents", x => new { x.account_id, x.transmission_id });
                    table.ForeignKey(
                        name: "fk_transmission_contents_transmissions",
                        columns: x => new { x.account_id, x.transmission_id },
                        principalTable: "transmissions",
                        principalColumns: new[] { "account_id", "transmission_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_address_validation_results_address",
                table: "address_validation_results",
                columns: new[] { "account_id", "address" },
                filter: "address <> ''");

            migrationBuilder.CreateIndex(
                name: "ix_address_validation_results_contact",
                table: "address_validation_results",
                columns: new[] { "account_id", "contact_id" },
                filter: "contact_id <> 0");

            migrationBuilder.CreateIndex(
                name: "ix_address_validations_reserved",
                table: "address_validations",
                column: "run_id",
                filter: "reserved_credits > 0");

            migrationBuilder.CreateIndex(
                name: "IX_addresses_account_id_address",
                table: "addresses",
                columns: new[] { "account_id", "address" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_addresses_account_id_key_id",
                table: "addresses",
                columns: new[] { "account_id", "key_id" },
                filter: "key_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_addresses_unavailable_time",
                table: "addresses",
                column: "unavailable_time",
                filter: "status = 3");

            migrationBuilder.CreateIndex(
                name: "IX_contact_addresses_account_id_address_id_contact_id",
                table: "contact_addresses",
                columns: new[] { "account_id", "address_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_address_id_delivery_event_id",
                table: "delivery_events",
                columns: new[] { "account_id", "address_id", "delivery_event_id" });

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_key_hash",
                table: "delivery_events",
                columns: new[] { "account_id", "key_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_message_id_delivery_event_id",
                table: "delivery_events",
                columns: new[] { "account_id", "message_id", "delivery_event_id" },
                filter: "message_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_message_reference",
                table: "delivery_events",
                columns: new[] { "account_id", "message_reference" },
                filter: "message_reference <> ''");

            migrationBuilder.CreateIndex(
                name: "ix_delivery_events_classified",
                table: "delivery_events",
                columns: new[] { "account_id", "delivery_event_id" },
                filter: "rule_version <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_fact_clearances_account_id_address_id_fact_clearance_id",
                table: "fact_clearances",
                columns: new[] { "account_id", "address_id", "fact_clearance_id" });

            migrationBuilder.CreateIndex(
                name: "ix_mail_templates_name_key",
                table: "mail_templates",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_messages_address",
                table: "messages",
                columns: new[] { "account_id", "address_id" });

            migrationBuilder.CreateIndex(
                name: "ix_messages_contact",
                table: "messages",
                columns: new[] { "account_id", "contact_id" },
                filter: "contact_id <> 0");

            migrationBuilder.CreateIndex(
                name: "ix_messages_transmission",
                table: "messages",
                columns: new[] { "account_id", "transmission_id", "message_id" });

            migrationBuilder.CreateIndex(
                name: "IX_outbox_transaction_id_change_id",
                table: "outbox",
                columns: new[] { "transaction_id", "change_id" });

            migrationBuilder.CreateIndex(
                name: "IX_provider_calls_sign_time",
                table: "provider_calls",
                column: "sign_time");

            migrationBuilder.CreateIndex(
                name: "IX_provider_webhooks_path_token",
                table: "provider_webhooks",
                column: "path_token",
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
                name: "IX_senders_account_id_email",
                table: "senders",
                columns: new[] { "account_id", "email" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_senders_due_time",
                table: "senders",
                column: "due_time",
                filter: "due_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_contact",
                table: "webhook_deliveries",
                columns: new[] { "account_id", "order_key" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_due",
                table: "webhook_deliveries",
                columns: new[] { "account_id", "webhook_id", "next_attempt_time", "webhook_delivery_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_ended",
                table: "webhook_deliveries",
                column: "end_time",
                filter: "end_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_order",
                table: "webhook_deliveries",
                columns: new[] { "account_id", "webhook_id", "order_key", "webhook_delivery_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "IX_webhooks_webhook_id",
                table: "webhooks",
                column: "webhook_id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "address_validation_items");

            migrationBuilder.DropTable(
                name: "address_validation_results");

            migrationBuilder.DropTable(
                name: "address_validations");

            migrationBuilder.DropTable(
                name: "addresses");

            migrationBuilder.DropTable(
                name: "classification_replay_changes");

            migrationBuilder.DropTable(
                name: "classification_replay_counts");

            migrationBuilder.DropTable(
                name: "classification_replays");

            migrationBuilder.DropTable(
                name: "contact_addresses");

            migrationBuilder.DropTable(
                name: "delivery_events");

            migrationBuilder.DropTable(
                name: "fact_clearances");

            migrationBuilder.DropTable(
                name: "feed_positions");

            migrationBuilder.DropTable(
                name: "former_addresses");

            migrationBuilder.DropTable(
                name: "mail_reservations");

            migrationBuilder.DropTable(
                name: "mail_template_versions");

            migrationBuilder.DropTable(
                name: "message_queue");

            migrationBuilder.DropTable(
                name: "messages");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "provider_calls");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "senders");

            migrationBuilder.DropTable(
                name: "suppressions");

            migrationBuilder.DropTable(
                name: "transmission_contents");

            migrationBuilder.DropTable(
                name: "validation_credit_entries");

            migrationBuilder.DropTable(
                name: "validation_credits");

            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropTable(
                name: "webhooks");

            migrationBuilder.DropTable(
                name: "mail_templates");

            migrationBuilder.DropTable(
                name: "provider_webhooks");

            migrationBuilder.DropTable(
                name: "transmissions");

            migrationBuilder.DropSequence(
                name: "ids");
        }
    }
}
