using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Records : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "contact_event_blocks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    event_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    block_id = table.Column<long>(type: "bigint", nullable: false),
                    members = table.Column<byte[]>(type: "bytea", maxLength: 125, nullable: false),
                    cause = table.Column<short>(type: "smallint", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_event_blocks", x => new { x.account_id, x.block_id, x.event_time, x.event_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_events",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    event_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    cause = table.Column<short>(type: "smallint", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_events", x => new { x.account_id, x.contact_id, x.event_time, x.event_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_lists",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_list_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_lists", x => new { x.account_id, x.contact_list_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_merges",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    merged_contact_id = table.Column<long>(type: "bigint", nullable: false),
                    survivor_contact_id = table.Column<long>(type: "bigint", nullable: false),
                    merge_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_merges", x => new { x.account_id, x.merged_contact_id });
                });

            migrationBuilder.CreateTable(
                name: "tombstones",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_hash = table.Column<string>(type: "character varying(64)", unicode: false, maxLength: 64, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    erase_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    erase_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    erase_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    readmit_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    readmit_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    readmit_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tombstones", x => new { x.account_id, x.address_hash });
                });

            migrationBuilder.CreateTable(
                name: "contact_list_members",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_list_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    add_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_list_members", x => new { x.account_id, x.contact_list_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_list_members_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_contact_list_members_lists",
                        columns: x => new { x.account_id, x.contact_list_id },
                        principalTable: "contact_lists",
                        principalColumns: new[] { "account_id", "contact_list_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_contact_list_members_contact",
                table: "contact_list_members",
                columns: new[] { "account_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_lists_name_key",
                table: "contact_lists",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_contact_merges_survivor",
                table: "contact_merges",
                columns: new[] { "account_id", "survivor_contact_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_event_blocks");

            migrationBuilder.DropTable(
                name: "contact_events");

            migrationBuilder.DropTable(
                name: "contact_list_members");

            migrationBuilder.DropTable(
                name: "contact_merges");

            migrationBuilder.DropTable(
                name: "tombstones");

            migrationBuilder.DropTable(
                name: "contact_lists");
        }
    }
}
