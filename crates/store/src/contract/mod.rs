//! The contract of [`crate::Store`], which every database must keep.
//!
//! Each test takes a fresh store and knows nothing of what is behind it. A
//! database runs all of them by telling [`every_contract`] how one is opened.

pub(crate) mod account_links;
pub(crate) mod additions;
pub(crate) mod audit;
pub(crate) mod belongings;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod consents;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod federation;
pub(crate) mod grants;
pub(crate) mod groups;
pub(crate) mod initial_access_tokens;
pub(crate) mod invitations;
pub(crate) mod known_devices;
pub(crate) mod provisioning;
pub(crate) mod races;
pub(crate) mod reaping;
pub(crate) mod refresh_tokens;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod setup_links;
pub(crate) mod signing_keys;
pub(crate) mod units_of_work;
pub(crate) mod users;

mod samples;
mod steps;

/// A store under test, shared between tasks that race.
pub(crate) type Subject = std::sync::Arc<dyn crate::Store>;

/// Runs every test of the contract, in a module `$name`, on a store that `$open` opens: a function
/// that returns it with whatever must outlive it.
macro_rules! every_contract {
    ($name:ident, $open:path) => {
        $crate::contract::contract_tests! {
            $name $open;
            account_links {
                a_link_reads_back_until_it_is_cut
                somebody_elsewhere_is_one_account_here
                the_use_of_a_link_is_kept_and_never_moves_back
                what_came_by_a_link_while_it_is_cut_ends_with_it
            }
            audit {
                records_keep_their_order_across_commits_and_single_records
                a_refused_commit_leaves_no_record
                a_filter_returns_what_meets_every_condition
                the_newest_records_come_oldest_first
                a_log_is_read_backwards_part_by_part
                the_chain_of_an_empty_log_is_its_start
                a_flush_makes_every_earlier_record_readable
            }
            belongings {
                groups_of_all_sources_are_united
                every_cut_is_later_than_the_one_before
                a_cut_is_forgotten_when_no_token_of_its_time_lives
            }
            clients {
                a_client_reads_back_as_it_was_added
                adding_a_known_client_changes_nothing
                adding_a_revoked_client_again_does_not_bring_it_back
                a_client_is_revoked_once
                clients_with_certificates_read_back_as_they_were_added
                marking_an_unknown_client_as_used_conflicts
                what_a_client_registered_is_replaced_and_its_history_stays
                a_client_is_replaced_only_as_it_was_read
                approvals_for_one_client_are_forgotten
                keys_are_seen_one_after_another_and_forgotten_with_their_address
                unused_clients_are_those_nobody_signed_in_through
                the_oldest_unused_clients_make_room
                no_more_than_a_few_hundred_unused_clients_go_at_once
                clients_are_listed_newest_first
            }
            codes {
                a_code_reads_back_as_it_was_added
                a_presented_code_comes_with_who_approved_it
                a_code_is_redeemed_once
                a_burnt_code_cannot_be_redeemed
                a_redeemed_code_cannot_be_burnt
                a_code_is_refused_for_who_may_not_act
                the_same_code_is_not_added_twice
            }
            consents {
                the_last_approval_is_remembered_until_it_is_forgotten
                an_approval_that_ended_goes
                approvals_are_apart_by_every_part_of_their_key
                an_approval_for_an_unknown_client_conflicts
                a_person_sees_and_forgets_their_approvals_alone
            }
            devices {
                a_request_reads_back_by_either_code
                a_user_code_that_is_in_use_conflicts
                a_request_is_refused_for_a_client_that_may_not_act
                polls_of_a_pending_request_are_kept
                a_request_is_answered_once_and_redeemed_once
                nobody_approves_who_may_not_act
                what_a_user_approved_goes_with_the_users_grants
                requests_of_a_client_go_with_its_grants
                an_expired_request_is_known_for_ten_minutes
            }
            federation {
                a_sign_in_under_way_is_taken_once
                of_many_sign_ins_under_way_the_latest_stay
                what_is_kept_of_somebody_goes_with_the_link
                of_two_who_want_to_ask_a_provider_one_does
                what_stands_by_the_word_of_a_provider_ends_and_nothing_else
                one_session_at_a_provider_ends_alone
            }
            factors {
                a_code_of_an_application_works_once_and_no_older_one_after_it
                of_two_uses_of_one_code_at_once_one_conflicts
                a_recovery_code_works_once_for_its_person
                a_passkey_is_of_one_person_and_its_counter_is_compared
                factors_are_counted_and_go_with_a_reset_or_the_person
            }
            grants {
                a_grant_reads_back_as_it_was_added
                a_grant_is_bound_to_a_key_once
                a_grant_is_refused_for_who_may_not_act
                a_clients_own_grant_has_no_user
                grants_are_listed_newest_first_by_user_and_client
                the_latest_grants_are_those_of_one_user_and_one_client
                revoking_twice_keeps_the_first_reason
                a_revoked_grant_cannot_be_used
                using_a_grant_never_moves_its_time_back
                revoking_all_of_a_user_spares_others_and_burns_fresh_codes
                revoking_all_of_a_client_spares_others_and_burns_fresh_codes
            }
            groups {
                a_group_reads_back_by_identity_and_by_name
                members_are_told_apart_by_who_says_so
                what_one_source_says_of_a_user_is_replaced_and_the_rest_stays
                a_group_keeps_its_members_under_another_name
            }
            initial_access_tokens {
                an_initial_access_token_reads_back_until_it_is_removed
                a_use_too_many_conflicts_and_registers_nobody
                an_initial_access_token_ends_and_goes
                of_many_registrations_with_one_token_one_goes_through
            }
            known_devices {
                a_device_is_remembered_for_each_account_apart
                the_device_that_was_seen_longest_ago_makes_room
                a_new_value_takes_all_accounts_of_a_device_along
                devices_are_forgotten_by_their_owner_alone
                a_device_is_reaped_when_it_expires
            }
            provisioning {
                a_token_of_a_provider_reads_back_until_it_is_removed
                a_token_of_a_provider_goes_a_while_after_its_end
                a_provisioned_user_reads_back_and_is_one_providers
                a_provider_has_no_two_users_of_one_identifier
                a_provisioned_user_changes_only_as_it_was_read
                the_users_of_a_provider_come_in_order_and_in_pages
                what_is_said_of_a_user_goes_with_the_user
                a_group_changes_only_as_it_was_read
            }
            invitations {
                an_invitation_reads_back_as_it_was_made
                an_invitation_is_used_or_removed_once
                only_the_newest_reset_of_a_user_works_and_once
                a_reset_goes_with_the_password_the_address_and_the_user
                links_go_when_they_expire
            }
            races {
                of_two_administrators_who_end_each_other_one_stays
                of_two_units_of_work_on_one_record_one_conflicts
                a_code_redeemed_200_times_at_once_is_redeemed_once
                a_refresh_token_spent_200_times_at_once_is_spent_once
                a_grant_cannot_slip_in_behind_a_revocation
                unrelated_commits_all_succeed
            }
            reaping {
                a_redeemed_code_is_recognised_for_ten_minutes_after_its_expiry
                a_spent_refresh_token_is_recognised_until_its_grant_ends
                no_refresh_token_goes_before_it_expires
                a_token_whose_grant_is_forgotten_is_nobodys
                of_sealed_responses_the_old_ones_go_and_no_other
                a_sealed_response_is_emptied_after_a_day
                sessions_and_setup_links_go_when_they_expire
                what_was_used_once_stays_so_for_a_day_after_its_expiry
                only_unused_clients_that_nobody_added_go
                ended_clients_that_cannot_come_back_go_when_nobody_used_them
                ended_grants_go_after_thirty_days
                what_a_client_got_for_itself_goes_with_its_token
                revoked_access_tokens_go_after_thirty_days
            }
            refresh_tokens {
                a_refresh_token_reads_back_as_it_was_added
                a_refresh_token_is_spent_once
                an_unknown_refresh_token_cannot_be_spent
                a_refresh_token_needs_its_grant
                a_presented_refresh_token_comes_with_what_decides_about_it
            }
            revocations {
                everything_revoked_since_is_named
                what_was_revoked_earlier_is_left_out
                revoking_an_access_token_twice_keeps_the_first_time
            }
            sessions {
                a_session_ends_when_told
                ending_all_sessions_of_a_user_spares_others
                one_session_outlives_the_others_of_its_user
                a_disabled_user_gets_no_session
                what_is_for_one_use_is_used_once
            }
            setup_links {
                only_the_newest_setup_link_works
                a_setup_link_is_used_once
            }
            signing_keys {
                signing_keys_are_listed_latest_to_sign_first
                a_key_identifier_is_not_used_twice
                a_key_is_brought_forward_only_before_it_signs_and_unless_retired
                a_retirement_can_only_be_brought_forward
                a_key_is_forgotten_once
            }
            units_of_work {
                dropping_a_unit_of_work_writes_nothing
                a_conflict_writes_nothing_of_its_commit
                writes_apply_in_the_order_they_were_made
                a_long_commit_applies_in_the_order_it_was_made
                an_empty_commit_succeeds
                reads_see_what_others_committed_meanwhile
            }
            users {
                a_user_reads_back_by_identity_and_by_name
                a_name_is_taken_once
                changes_of_a_user_are_kept
                changing_an_unknown_user_conflicts
                users_are_listed_by_name
                the_last_who_can_administer_stays
                what_is_said_of_a_person_is_kept_and_taken_back
                a_removed_user_leaves_nothing_but_what_was_revoked
            }
        }
    };
}
pub(crate) use every_contract;

macro_rules! contract_tests {
    ($name:ident $open:path; $($module:ident { $($test:ident)+ })+) => {
        mod $name {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    let (store, _kept) = $open().await;
                    crate::contract::$module::$test(store).await;
                })+
            })+
        }
    };
}
pub(crate) use contract_tests;
