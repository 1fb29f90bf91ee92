-- The role that an act session carries by itself: somebody of the agency acts as an administrator who was
-- invited and has not come yet. The user's row gets no role before they accept.
ALTER TABLE core_session ADD COLUMN act_role text NOT NULL DEFAULT '';
